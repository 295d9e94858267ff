"""The version of glassy: the only place that says it. Between releases it is the next one, with .dev0."""

__version__ = "0.2.0"
