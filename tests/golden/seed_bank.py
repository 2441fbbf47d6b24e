"""Writes seed_bank.pt: a memory bank as the seed system's program saved it (torch 2)."""

import torch

torch.manual_seed(0)
rows = torch.nn.functional.normalize(torch.randn(6, 4), dim=1)
torch.save(rows, "seed_bank.pt")
