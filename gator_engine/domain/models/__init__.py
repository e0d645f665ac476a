"""Picture models: what there is to choose from, on which terms, and what fits which machine.

The catalogue is data with its sources (`catalogue`, `licences`), `presets` says what each class of
machine starts with, `memory` decides how a model is put into it, and `signatures` tells what a file
of weights is from the names and shapes of its tensors.
"""
