"""What makes a page of what a service answered: templates, their policy, scripts and styles, prose and shapes."""
