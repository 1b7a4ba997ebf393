"""Starting, watching and stopping the processes of an installation, the mover's turn, jobs, and Prefect's address.

What is started belongs elsewhere: it comes as command lines and values. `flows`, the commands and the demo call this
package; it imports neither Prefect nor anything of `flows`, and reads no settings.
"""
