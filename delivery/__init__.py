"""From the working tree to an app in Azure: build the package, publish it, see that it answers.

Standard library alone, so that a workflow's runner and a laptop need nothing but Python and pip. Not shipped.
"""
