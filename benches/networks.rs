//! Time of the networks and their layers on the CPU. The weights are pseudo-random numbers in the
//! shapes of the real ones, written to a temporary file in the layout of the checkpoints: nothing
//! is downloaded. `benches/peers/networks.py` measures the same in PyTorch and ONNX Runtime.
//!
//! `cargo bench -p fettle-benches --bench networks -- <filter>`; `RAYON_NUM_THREADS=2` sets the
//! threads.

#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::HashMap;
use std::hint::black_box;
use std::time::Duration;

use candle_core::{DType, Device, Tensor};
use criterion::{Criterion, criterion_group, criterion_main};
use fettle_domain::ModelId;
use fettle_kernels::{Activation, Conv2dFused, ConvShape, Linear, Padding};
use fettle_models::{backbone, image_encoder};

/// Pseudo-random numbers between -1 and 1, the same on every run.
fn noise(dims: &[usize]) -> Tensor {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let numbers: Vec<f32> = (0..dims.iter().product())
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 40) as f32 / 2f32.powi(23) - 1.0
        })
        .collect();
    Tensor::from_vec(numbers, dims, &Device::Cpu).unwrap()
}

/// Tensors of a checkpoint.
#[derive(Default)]
struct Weights(HashMap<String, Tensor>);

impl Weights {
    fn put(&mut self, name: String, dims: &[usize]) {
        let inputs: usize = dims.iter().skip(1).product();
        let scaled = (noise(dims) / (inputs as f64).sqrt()).unwrap();
        self.0.insert(name, scaled.to_dtype(DType::F16).unwrap());
    }

    fn conv(&mut self, name: &str, norm: &str, dims: [usize; 4]) {
        self.put(format!("{name}.weight"), &dims);
        let (ones, zeros) = (Tensor::ones(dims[0], DType::F16, &Device::Cpu).unwrap(), dims[0]);
        let zeros = Tensor::zeros(zeros, DType::F16, &Device::Cpu).unwrap();
        for (part, value) in
            [("weight", &ones), ("running_var", &ones), ("bias", &zeros), ("running_mean", &zeros)]
        {
            self.0.insert(format!("{norm}.{part}"), value.clone());
        }
    }

    fn linear(&mut self, name: &str, inputs: usize, outputs: usize) {
        self.put(format!("{name}.weight"), &[outputs, inputs]);
        self.put(format!("{name}.bias"), &[outputs]);
    }

    fn norm(&mut self, name: &str, dim: usize) {
        let ones = Tensor::ones(dim, DType::F16, &Device::Cpu).unwrap();
        self.0.insert(format!("{name}.weight"), ones);
        self.put(format!("{name}.bias"), &[dim]);
    }
}

/// torchvision's bottleneck ResNets.
fn resnet(width: usize) -> Weights {
    let mut weights = Weights::default();
    weights.conv("conv1", "bn1", [64, 3, 7, 7]);
    let mut channels = 64;
    for (n, blocks) in [3, 4, 6, 3].into_iter().enumerate() {
        let (inner, out) = (width << n, 256 << n);
        for block in 0..blocks {
            let name = |part: &str| format!("layer{}.{block}.{part}", n + 1);
            weights.conv(&name("conv1"), &name("bn1"), [inner, channels, 1, 1]);
            weights.conv(&name("conv2"), &name("bn2"), [inner, inner, 3, 3]);
            weights.conv(&name("conv3"), &name("bn3"), [out, inner, 1, 1]);
            if block == 0 {
                let dims = [out, channels, 1, 1];
                weights.conv(&name("downsample.0"), &name("downsample.1"), dims);
            }
            channels = out;
        }
    }
    weights
}

/// CLIP ViT-B/32's image tower.
fn clip() -> Weights {
    let mut weights = Weights::default();
    let (dim, vision) = (768, "vision_model");
    weights.put(format!("{vision}.embeddings.class_embedding"), &[dim]);
    weights.put(format!("{vision}.embeddings.patch_embedding.weight"), &[dim, 3, 32, 32]);
    weights.put(format!("{vision}.embeddings.position_embedding.weight"), &[50, dim]);
    for norm in ["pre_layrnorm", "post_layernorm"] {
        weights.norm(&format!("{vision}.{norm}"), dim);
    }
    for n in 0..12 {
        let name = |part: &str| format!("{vision}.encoder.layers.{n}.{part}");
        for part in ["q_proj", "k_proj", "v_proj", "out_proj"] {
            weights.linear(&name(&format!("self_attn.{part}")), dim, dim);
        }
        weights.linear(&name("mlp.fc1"), dim, 4 * dim);
        weights.linear(&name("mlp.fc2"), 4 * dim, dim);
        weights.norm(&name("layer_norm1"), dim);
        weights.norm(&name("layer_norm2"), dim);
    }
    weights.put("visual_projection.weight".into(), &[512, dim]);
    weights
}

/// DINOv2 ViT-S/14.
fn dinov2() -> Weights {
    let mut weights = Weights::default();
    let dim = 384;
    weights.put("cls_token".into(), &[1, 1, dim]);
    weights.put("pos_embed".into(), &[1, 37 * 37 + 1, dim]);
    weights.put("patch_embed.proj.weight".into(), &[dim, 3, 14, 14]);
    weights.put("patch_embed.proj.bias".into(), &[dim]);
    weights.norm("norm", dim);
    for n in 0..12 {
        let name = |part: &str| format!("blocks.{n}.{part}");
        weights.linear(&name("attn.qkv"), dim, 3 * dim);
        weights.linear(&name("attn.proj"), dim, dim);
        weights.linear(&name("mlp.fc1"), dim, 4 * dim);
        weights.linear(&name("mlp.fc2"), 4 * dim, dim);
        for part in ["norm1", "norm2"] {
            weights.norm(&name(part), dim);
        }
        for part in ["ls1.gamma", "ls2.gamma"] {
            weights.put(name(part), &[dim]);
        }
    }
    weights
}

fn conv(in_channels: usize, out_channels: usize, kernel: usize, groups: usize) -> Conv2dFused {
    let weight = noise(&[out_channels, in_channels / groups, kernel, kernel]);
    let shape = ConvShape {
        in_channels,
        out_channels,
        kernel,
        stride: 1,
        padding: Padding::Symmetric(kernel / 2),
        groups,
        activation: Activation::Relu,
    };
    Conv2dFused::new(&weight, &noise(&[out_channels]), shape).unwrap()
}

fn layers(c: &mut Criterion) {
    for (channels, side) in [(128, 56), (256, 28), (512, 14)] {
        let x = noise(&[1, channels, side, side]);
        for (name, layer) in [
            ("conv3x3", conv(channels, channels, 3, 1)),
            ("conv1x1", conv(channels, channels, 1, 1)),
            ("depthwise3x3", conv(channels, channels, 3, channels)),
            ("depthwise5x5", conv(channels, channels, 5, channels)),
        ] {
            // One layer first, so that the memory layout is that within a network.
            let x = conv(channels, channels, 1, channels).forward(&x).unwrap();
            c.bench_function(&format!("{name} {channels}x{side}x{side}"), |b| {
                b.iter(|| layer.forward(black_box(&x)).unwrap());
            });
        }
    }
    for rows in [50, 400] {
        let linear = Linear::new(&noise(&[3072, 768]), &noise(&[3072]), Activation::QuickGelu);
        let (linear, x) = (linear.unwrap(), noise(&[rows, 768]));
        c.bench_function(&format!("linear {rows}x768x3072"), |b| {
            b.iter(|| linear.forward(black_box(&x)).unwrap());
        });
    }
}

fn networks(c: &mut Criterion) {
    let dir = tempfile::tempdir().unwrap();
    let id = ModelId("noise".into());
    let written = |name: &str, weights: Weights| {
        let path = dir.path().join(format!("{name}.safetensors"));
        candle_core::safetensors::save(&weights.0, &path).unwrap();
        path
    };
    for (name, weights) in
        [("resnet50", resnet(64)), ("wide_resnet50_2", resnet(128)), ("dinov2_vits14", dinov2())]
    {
        let file = written(name, weights);
        let network = backbone::load(&id, name, &[file], &Device::Cpu).unwrap();
        for batch in [1, 8] {
            let pixels = noise(&[batch, 3, 224, 224]);
            c.bench_function(&format!("{name} batch {batch}"), |b| {
                b.iter(|| network.features(black_box(&pixels), &network.default_layers()).unwrap());
            });
        }
    }
    let file = written("clip_vit_b32", clip());
    let network = image_encoder::load(&id, "clip_vit_b32", &[file], &Device::Cpu).unwrap();
    for batch in [1, 8] {
        let pixels = noise(&[batch, 3, 224, 224]);
        c.bench_function(&format!("clip_vit_b32 batch {batch}"), |b| {
            b.iter(|| network.embed(black_box(&pixels)).unwrap());
        });
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3));
    targets = layers, networks
}
criterion_main!(benches);
