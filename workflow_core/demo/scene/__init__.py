"""A street as a dash camera sees it: things placed in metres, drawn with Pillow, each knowing its outline."""
