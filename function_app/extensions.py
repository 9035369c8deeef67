"""The operator library that the graph's text handling needs, loaded so that nothing else can change it."""

import os
import sys
from functools import cache


@cache
def extension_library() -> str:
    """The path of onnxruntime-extensions' library, for ``SessionOptions.register_custom_ops_library``.

    TensorFlow puts its own copy of the regular-expression library RE2 where later libraries find it first;
    an onnxruntime-extensions that is loaded after it then replaces nothing, without a word. Bound to its own
    copy as it is loaded, the library works whatever else is in the process.
    """
    flags = sys.getdlopenflags()
    sys.setdlopenflags(flags | getattr(os, "RTLD_DEEPBIND", 0))
    try:
        import onnxruntime_extensions  # noqa: PLC0415  loaded here, under these flags
    finally:
        sys.setdlopenflags(flags)
    return str(onnxruntime_extensions.get_library_path())
