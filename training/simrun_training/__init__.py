"""Training of simrun's MeanFlow policies: data, network, objective, export, golden tensors."""
