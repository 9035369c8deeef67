"""The API as an OpenAPI 3.1 document, made from the contract's types and the registered functions."""

from function_app.openapi.document import api_document

__all__ = ["api_document"]
