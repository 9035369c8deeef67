"""Entry of the Azure Functions app: the worker imports this file and indexes `app`."""

from function_app.app import app

__all__ = ["app"]
