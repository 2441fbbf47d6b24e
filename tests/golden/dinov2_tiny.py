"""Makes dinov2_tiny.safetensors: a tiny seeded DINOv2 and what transformers makes of it.

    pip install torch transformers safetensors && python dinov2_tiny.py

The weights are kept in f16, in the layout of Meta's checkpoints (`blocks.0.attn.qkv`),
and computed with in f32; layer scales and norms are drawn too, so that none of them is 1.
"""

from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import Dinov2Config, Dinov2Model

torch.manual_seed(14)
DIM, HEADS, BLOCKS, SIDE = 32, 2, 3, 4
config = Dinov2Config(
    hidden_size=DIM,
    num_attention_heads=HEADS,
    num_hidden_layers=BLOCKS,
    image_size=14 * SIDE,
    patch_size=14,
    attn_implementation="eager",
)
model = Dinov2Model(config).eval()
with torch.no_grad():
    for name, tensor in model.state_dict().items():
        spread = 0.1 if name.endswith(("norm.bias", "norm1.bias", "norm2.bias")) else 0.3
        drawn = torch.randn(tensor.shape) * spread
        if "norm" in name and name.endswith("weight") or "lambda1" in name:
            drawn = drawn + 1
        elif tensor.dim() > 1 and "embed" not in name:
            drawn = torch.randn(tensor.shape) / tensor.shape[1] ** 0.5
        elif "projection.weight" in name:
            drawn = torch.randn(tensor.shape) / tensor[0].numel() ** 0.5
        tensor.copy_(drawn.half())

weights = model.state_dict()
out = {
    "cls_token": weights["embeddings.cls_token"],
    "pos_embed": weights["embeddings.position_embeddings"],
    "patch_embed.proj.weight": weights["embeddings.patch_embeddings.projection.weight"],
    "patch_embed.proj.bias": weights["embeddings.patch_embeddings.projection.bias"],
    "norm.weight": weights["layernorm.weight"],
    "norm.bias": weights["layernorm.bias"],
}
for n in range(BLOCKS):
    theirs, ours = f"encoder.layer.{n}.", f"blocks.{n}."
    for part in ("weight", "bias"):
        qkv = [weights[f"{theirs}attention.{p}_proj.{part}"] for p in "qkv"]
        out[f"{ours}attn.qkv.{part}"] = torch.cat(qkv)
        for name, their_name in {
            "norm1": "norm1",
            "norm2": "norm2",
            "attn.proj": "attention.o_proj",
            "mlp.fc1": "mlp.fc1",
            "mlp.fc2": "mlp.fc2",
        }.items():
            out[f"{ours}{name}.{part}"] = weights[f"{theirs}{their_name}.{part}"]
    out[f"{ours}ls1.gamma"] = weights[f"{theirs}layer_scale1.lambda1"]
    out[f"{ours}ls2.gamma"] = weights[f"{theirs}layer_scale2.lambda1"]
out = {name: tensor.half().contiguous() for name, tensor in out.items()}

# A picture of the size it was made for, and one for which positions are interpolated.
for name, height, width in [("square", 56, 56), ("wide", 42, 98)]:
    pixels = torch.randn(1, 3, height, width).half()
    with torch.no_grad():
        run = model(pixels.float(), output_hidden_states=True)
        states = run.hidden_states
        assert torch.equal(model.layernorm(states[BLOCKS]), run.last_hidden_state)
        out[f"{name}.pixel_values"] = pixels
        for tap in (1, 2):
            map = model.layernorm(states[tap + 1])[:, 1:]
            map = map.reshape(1, height // 14, width // 14, DIM).permute(0, 3, 1, 2)
            out[f"{name}.block{tap}"] = map.contiguous()

save_file(out, Path(__file__).with_name("dinov2_tiny.safetensors"))
