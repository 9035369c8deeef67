"""Entry of the Azure Functions app: the worker imports this file and indexes `app`."""

from function_app.app import app, service

__all__ = ["app"]

# While the worker indexes the functions: the one thing that happens on import.
service.load_ahead()
