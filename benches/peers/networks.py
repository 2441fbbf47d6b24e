"""Times the networks of benches/networks.rs in PyTorch and ONNX Runtime, f32, on the CPU.

    pip install torch torchvision transformers onnx onnxruntime
    python networks.py [--threads 2] [--rounds 5] [--only wide_resnet50_2] [--no-torch]

Weights are random: only the shapes matter. Prints JSON: milliseconds, median of the rounds,
each round the best of three; the peers take turns within a round.
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from pathlib import Path

parser = argparse.ArgumentParser()
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--rounds", type=int, default=5)
parser.add_argument("--batches", type=int, nargs="+", default=[1, 8])
parser.add_argument("--only")
parser.add_argument("--no-torch", action="store_true")
args = parser.parse_args()
os.environ["OMP_NUM_THREADS"] = str(args.threads)

import onnxruntime  # noqa: E402
import torch  # noqa: E402
import torchvision  # noqa: E402
from transformers import (  # noqa: E402
    CLIPVisionConfig,
    CLIPVisionModelWithProjection,
    Dinov2Config,
    Dinov2Model,
)

torch.set_num_threads(args.threads)
torch.manual_seed(0)


class ToLayer3(torch.nn.Module):
    """A ResNet's layers 2 and 3."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, x):
        net = self.net
        x = net.layer1(net.maxpool(net.relu(net.bn1(net.conv1(x)))))
        layer2 = net.layer2(x)
        return layer2, net.layer3(layer2)


class Only(torch.nn.Module):
    """One of the outputs of a transformers model."""

    def __init__(self, net, output):
        super().__init__()
        self.net, self.output = net, output

    def forward(self, x):
        return getattr(self.net(x), self.output)


def clip():
    config = CLIPVisionConfig(projection_dim=512, patch_size=32, attn_implementation="sdpa")
    return Only(CLIPVisionModelWithProjection(config), "image_embeds")


def dinov2():
    config = Dinov2Config(
        hidden_size=384, num_attention_heads=6, image_size=518, patch_size=14
    )
    return Only(Dinov2Model(config), "last_hidden_state")


NETWORKS = {
    "resnet50": lambda: ToLayer3(torchvision.models.resnet50()),
    "wide_resnet50_2": lambda: ToLayer3(torchvision.models.wide_resnet50_2()),
    "dinov2_vits14": dinov2,
    "clip_vit_b32": clip,
}


def session(net, pixels):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = args.threads
    options.inter_op_num_threads = 1
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "net.onnx"
        torch.onnx.export(
            net, (pixels,), path, dynamo=False, opset_version=17, input_names=["pixels"]
        )
        return onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )


def best_of_three(run):
    times = []
    for _ in range(3):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times) * 1e3


results = []
for name, make in NETWORKS.items():
    if args.only and name != args.only:
        continue
    net = make().eval()
    for batch in args.batches:
        pixels = torch.randn(batch, 3, 224, 224)
        with torch.inference_mode():
            onnx = session(net, pixels)
            feed = {"pixels": pixels.numpy()}
            peers = {"onnxruntime": lambda: onnx.run(None, feed)}
            if not args.no_torch:
                peers["torch"] = lambda: net(pixels)
            times = {peer: [] for peer in peers}
            for peer in peers.values():
                peer()
            for _ in range(args.rounds):
                for peer, run in peers.items():
                    times[peer].append(best_of_three(run))
        medians = {peer: round(statistics.median(ms), 2) for peer, ms in times.items()}
        results.append({"network": name, "batch": batch, "ms": medians})
print(
    json.dumps(
        {
            "threads": args.threads,
            "torch": torch.__version__,
            "onnxruntime": onnxruntime.__version__,
            "results": results,
        },
        indent=1,
    )
)
