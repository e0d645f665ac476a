"""The shelf of models: looking into files of weights, finding them, and downloading more.

Importing this package loads no model library.
"""
