"""anomalib's PatchCore on the CPU, for the same work as `fettle bench`: prints JSON.

    pip install anomalib==2.7 torch torchvision timm safetensors
    python patchcore.py make-weights MODELS/wide-resnet50-2/model.safetensors
    python patchcore.py measure --weights … --images DIR [--count 64] [--ratio 0.1]

Weights are random and seeded: time does not depend on them. Both programs read the same file.
"""

import argparse
import json
import pathlib
import statistics
import time

import torch


def make_weights(path):
    import timm
    from safetensors.torch import save_file

    torch.manual_seed(0)
    network = timm.create_model("wide_resnet50_2", pretrained=False)
    state = {name: t.contiguous() for name, t in network.state_dict().items() if t.is_floating_point()}
    pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
    save_file(state, path)


def read(images, count):
    from PIL import Image
    from torchvision.transforms.functional import normalize, to_tensor

    paths = sorted(p for p in pathlib.Path(images).iterdir() if p.suffix in {".png", ".jpeg", ".jpg"})
    paths = [paths[i % len(paths)] for i in range(count)]
    mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    pictures = (Image.open(p).convert("RGB").resize((224, 224), Image.BILINEAR) for p in paths)
    return torch.stack([normalize(to_tensor(p), mean, std) for p in pictures])


def measure(args):
    from anomalib.models.image.patchcore.torch_model import PatchcoreModel
    from safetensors.torch import load_file

    torch.set_num_threads(args.threads)
    model = PatchcoreModel(layers=["layer2", "layer3"], backbone="wide_resnet50_2", pre_trained=False)
    model.feature_extractor.feature_extractor.load_state_dict(load_file(args.weights), strict=False)
    images = read(args.images, args.count)

    model.train()
    model.feature_extractor.eval()
    start = time.perf_counter()
    with torch.no_grad():
        for batch in images.split(8):
            model(batch)
    features = time.perf_counter()
    model.subsample_embedding(args.ratio)
    fitted = time.perf_counter()

    model.eval()
    detect = []
    with torch.no_grad():
        for image in images[: args.repeats + 1]:
            at = time.perf_counter()
            model(image[None])
            detect.append((time.perf_counter() - at) * 1e3)
    print(json.dumps({
        "images": len(images),
        "rows": len(model.memory_bank),
        "dim": model.memory_bank.shape[1],
        "features_ms": (features - start) * 1e3,
        "coreset_ms": (fitted - features) * 1e3,
        "fit_ms": (fitted - start) * 1e3,
        "detect_ms": statistics.median(detect[1:]),
    }))


def main():
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(required=True)
    make = commands.add_parser("make-weights")
    make.add_argument("path")
    make.set_defaults(run=lambda args: make_weights(args.path))
    run = commands.add_parser("measure")
    run.add_argument("--weights", required=True)
    run.add_argument("--images", required=True)
    run.add_argument("--count", type=int, default=64)
    run.add_argument("--ratio", type=float, default=0.1)
    run.add_argument("--repeats", type=int, default=5)
    run.add_argument("--threads", type=int, default=2)
    run.set_defaults(run=measure)
    args = parser.parse_args()
    args.run(args)


if __name__ == "__main__":
    main()
