"""Says what Python tells a script about itself."""

import json
import pickle
import sys

import __main__


class Thing:
    pass


print(
    json.dumps(
        {
            "name": __name__,
            "file": __file__,
            "argv": sys.argv,
            "folder": sys.path[0],
            "package": __package__,
            "cached": __cached__ if "__cached__" in globals() else None,
            "main": vars(__main__) is globals(),
            "pickled": isinstance(pickle.loads(pickle.dumps(Thing())), Thing),
            "doc": __doc__,
            "annotations": __annotations__ if "__annotations__" in globals() else {},
            "builtins": __builtins__.__name__,
            "loader": type(__loader__).__name__,
        }
    )
)
