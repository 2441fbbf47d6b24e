"""Writes memory banks as the seed system's program saved them (torch 2)."""

import torch

torch.manual_seed(0)
for name, shape in [("seed_bank.pt", (6, 4)), ("seed_bank_layer4.pt", (2, 2048))]:
    torch.save(torch.nn.functional.normalize(torch.randn(shape), dim=1), name)
