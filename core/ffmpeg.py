"""Where the ffmpeg program is."""

import os
from importlib.util import find_spec
from pathlib import Path


def ffmpeg_path() -> Path:
    """The program of imageio-ffmpeg. Its own way to it runs the program to see whether that works, in each process.

    Raises RuntimeError where there is none.
    """
    if told := os.environ.get("IMAGEIO_FFMPEG_EXE"):
        return Path(told)
    package = find_spec("imageio_ffmpeg")
    folders = (package and package.submodule_search_locations) or ()
    bundled = (path for folder in folders for path in Path(folder, "binaries").glob("ffmpeg-*"))
    return next((path for path in bundled if os.access(path, os.X_OK)), None) or _elsewhere()


def _elsewhere() -> Path:
    import imageio_ffmpeg  # seldom needed, and not small

    return Path(imageio_ffmpeg.get_ffmpeg_exe())
