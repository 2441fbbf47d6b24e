use candle_core::{Device, Tensor};
use proptest::prelude::*;

use super::*;
use crate::gemm::Gemm;
use crate::geometry::ConvGeometry;
use crate::panels::Panels;
use crate::tensor_data::to_vec;
use crate::winograd::Winograd;
use fettle_testing::tensors::assert_near;

/// Pseudo-random numbers between -1 and 1, the same on every run.
fn noise(dims: &[usize], seed: u64) -> Tensor {
    let mut state = seed.wrapping_mul(2).wrapping_add(0x9e37_79b9_7f4a_7c15);
    let values: Vec<f32> = (0..dims.iter().product())
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 40) as f32 / 2f32.powi(23) - 1.0
        })
        .collect();
    Tensor::from_vec(values, dims, &Device::Cpu).unwrap()
}

/// Output of the layer by candle's convolution and the definitions of padding and activation.
fn expected(x: &Tensor, layer: &Layer, residual: Option<&Tensor>) -> Tensor {
    let shape = layer.shape;
    let geometry = ConvGeometry::new(&shape, x.dims4().unwrap()).unwrap();
    let (rows, columns) = (geometry.pad_rows, geometry.pad_columns);
    let x = x.pad_with_zeros(2, rows.0, rows.1).unwrap();
    let x = x.pad_with_zeros(3, columns.0, columns.1).unwrap();
    let mut y = x.conv2d(&layer.weight, 0, shape.stride, 1, shape.groups).unwrap();
    y = y.broadcast_add(&layer.bias.reshape((1, (), 1, 1)).unwrap()).unwrap();
    if let Some(residual) = residual {
        y = (y + residual).unwrap();
    }
    match shape.activation {
        Activation::Identity => y,
        Activation::Relu => y.relu().unwrap(),
        Activation::Relu6 => y.clamp(0f32, 6f32).unwrap(),
        Activation::QuickGelu => {
            (&y * candle_nn::ops::sigmoid(&(&y * 1.702).unwrap()).unwrap()).unwrap()
        }
        Activation::Gelu => y.gelu_erf().unwrap(),
    }
}

/// A layer with its weight and bias.
struct Layer {
    weight: Tensor,
    bias: Tensor,
    shape: ConvShape,
    conv: Conv2dFused,
}

fn layer(shape: ConvShape, seed: u64) -> Layer {
    let per_group = shape.in_channels / shape.groups;
    let weight = noise(&[shape.out_channels, per_group, shape.kernel, shape.kernel], seed);
    let bias = noise(&[shape.out_channels], seed + 1);
    let conv = Conv2dFused::new(&weight, &bias, shape).unwrap();
    Layer { weight, bias, shape, conv }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_kernel_agrees_with_candle(
        batch in 1usize..3,
        channels in 1usize..20,
        out_channels in 1usize..20,
        height in 5usize..40,
        width in 5usize..40,
        kernel in prop::sample::select(vec![1usize, 2, 3, 5]),
        stride in 1usize..4,
        padding in prop::sample::select(vec![Padding::Same, Padding::Symmetric(0), Padding::Symmetric(1), Padding::Symmetric(3)]),
        activation in prop::sample::select(vec![Activation::Identity, Activation::Relu, Activation::Relu6, Activation::QuickGelu, Activation::Gelu]),
        depthwise: bool,
        add: bool,
        seed in 0u64..1000,
    ) {
        let (out_channels, groups) = if depthwise { (channels, channels) } else { (out_channels, 1) };
        let shape = ConvShape { in_channels: channels, out_channels, kernel, stride, padding, groups, activation };
        let layer = layer(shape, seed);
        let x = noise(&[batch, channels, height, width], seed + 2);
        let geometry = ConvGeometry::new(&shape, x.dims4().unwrap()).unwrap();
        let residual = add.then(|| noise(&geometry.out_dims(), seed + 3));
        let expect = expected(&x, &layer, residual.as_ref());

        let got = match &residual {
            Some(residual) => layer.conv.forward_add(&x, residual),
            None => layer.conv.forward(&x),
        };
        let got = got.unwrap();
        assert_near("kernel", &got, &expect, 1e-5);
        let got = portable::conv(&x, &layer.weight, &layer.bias, residual.as_ref(), &shape, &geometry).unwrap();
        assert_near("portable", &got, &expect, 1e-5);
    }

    /// Layers with enough channels for minimal filtering.
    #[test]
    fn winograd_agrees_with_candle(
        batch in 1usize..3,
        channels in 2usize..5,
        out_channels in 2usize..5,
        height in 3usize..20,
        width in 3usize..20,
        padding in prop::sample::select(vec![Padding::Same, Padding::Symmetric(0), Padding::Symmetric(1), Padding::Symmetric(2)]),
        add: bool,
        seed in 0u64..1000,
    ) {
        let (in_channels, out_channels) = (16 * channels, 16 * out_channels);
        let activation = Activation::Relu;
        let shape = ConvShape { in_channels, out_channels, kernel: 3, stride: 1, padding, groups: 1, activation };
        prop_assert!(Winograd::applies_to(&shape));
        let layer = layer(shape, seed);
        let x = noise(&[batch, in_channels, height, width], seed + 2);
        let geometry = ConvGeometry::new(&shape, x.dims4().unwrap()).unwrap();
        let residual = add.then(|| noise(&geometry.out_dims(), seed + 3));
        let got = match &residual {
            Some(residual) => layer.conv.forward_add(&x, residual),
            None => layer.conv.forward(&x),
        };
        assert_near("winograd", &got.unwrap(), &expected(&x, &layer, residual.as_ref()), 2e-5);
    }

    #[test]
    fn max_pool_agrees_with_candle(
        channels in 1usize..4, height in 1usize..30, width in 1usize..30, seed in 0u64..1000,
    ) {
        let x = noise(&[2, channels, height, width], seed).relu().unwrap();
        let padded = x.pad_with_zeros(2, 1, 1).unwrap().pad_with_zeros(3, 1, 1).unwrap();
        let expect = padded.max_pool2d_with_stride(3, 2).unwrap();
        let got = max_pool_3x3(&x).unwrap();
        prop_assert_eq!(got.dims(), expect.dims());
        prop_assert_eq!(
            got.flatten_all().unwrap().to_vec1::<f32>().unwrap(),
            expect.flatten_all().unwrap().to_vec1::<f32>().unwrap()
        );
    }
}

/// Shapes of one and of several panels.
#[test]
fn layers_of_transformers_agree_with_candle() {
    for (rows, inputs, outputs) in [(1, 1, 1), (5, 7, 3), (50, 96, 130), (131, 300, 64)] {
        for activation in [Activation::Identity, Activation::QuickGelu, Activation::Gelu] {
            let what = format!("{rows} × {inputs} × {outputs}, {activation:?}");
            let (weight, bias) = (noise(&[outputs, inputs], 1), noise(&[outputs], 2));
            let (x, residual) = (noise(&[rows, inputs], 3), noise(&[rows, outputs], 4));
            let linear = Linear::new(&weight, &bias, activation).unwrap();
            let expect = portable::linear(&x, &weight, &bias, None, activation).unwrap();
            assert_near(&what, &linear.forward(&x).unwrap(), &expect, 1e-5);
            let expect = portable::linear(&x, &weight, &bias, Some(&residual), activation).unwrap();
            assert_near(&what, &linear.forward_add(&x, &residual).unwrap(), &expect, 1e-5);
            assert!(linear.forward(&noise(&[rows, inputs + 1], 3)).is_err());
        }
    }
    for (batch, tokens, heads, dim) in
        [(1, 1, 1, 1), (2, 50, 3, 16), (1, 77, 2, 64), (3, 140, 1, 5)]
    {
        for causal in [false, true] {
            let qkv = (noise(&[batch * tokens, 3 * heads * dim], 5) * 3.0).unwrap();
            let expect = portable::attention(&qkv, batch, heads, causal).unwrap();
            let got = attention(&qkv, batch, heads, causal).unwrap();
            assert_near(&format!("{tokens} tokens, {causal}"), &got, &expect, 1e-5);
        }
    }
    assert!(attention(&noise(&[4, 10], 1), 1, 2, false).is_err());
    for dim in [1, 7, 64, 100] {
        let (x, weight, bias) = (noise(&[40, dim], 6), noise(&[dim], 7), noise(&[dim], 8));
        let expect = candle_nn::ops::layer_norm_slow(&x, &weight, &bias, 1e-5).unwrap();
        let norm = LayerNorm::new(weight, bias, 1e-5).unwrap();
        assert_near("layer norm", &norm.forward(&x).unwrap(), &expect, 1e-5);
    }
}

#[test]
fn every_instruction_set_agrees() {
    let mut archs = vec![pulp::Arch::Scalar, pulp::Arch::new()];
    #[cfg(target_arch = "x86_64")]
    archs.extend(pulp::x86::V3::try_new().map(pulp::Arch::V3));
    let (rows, depth) = (23, 37);
    for columns in [1, 8, 17, 70] {
        let (x, weight) = (noise(&[rows, depth], 1), noise(&[columns, depth], 2));
        let bias = noise(&[columns], 3);
        let expect = portable::linear(&x, &weight, &bias, None, Activation::Gelu).unwrap();
        let [x, weight, bias] = [&x, &weight, &bias].map(|t| to_vec(t).unwrap());
        for arch in &archs {
            let panels = &Panels::pack(*arch, depth, &weight, &bias);
            let offset = |row: usize, _: usize| Some(row * depth);
            let activation = Activation::Gelu;
            let gemm =
                Gemm { input: &x, offset, rows, taps: 1, panels, residual: None, activation };
            let got = Tensor::from_vec(gemm.run(), (rows, columns), &Device::Cpu).unwrap();
            assert_near(&format!("{columns} columns, {arch:?}"), &got, &expect, 1e-5);
        }
    }
}

#[test]
fn large_layers_cut_into_blocks_agree_with_candle() {
    let plain = ConvShape {
        in_channels: 96,
        out_channels: 40,
        kernel: 3,
        stride: 1,
        padding: Padding::Symmetric(1),
        groups: 1,
        activation: Activation::Relu,
    };
    let cases = [
        plain,
        ConvShape { stride: 2, ..plain },
        ConvShape { kernel: 1, padding: Padding::Symmetric(0), ..plain },
        ConvShape { kernel: 7, stride: 2, padding: Padding::Symmetric(3), ..plain },
        ConvShape { groups: 2, ..plain },
    ];
    for shape in cases {
        let layer = layer(shape, 5);
        let x = noise(&[2, 96, 57, 61], 6);
        let got = layer.conv.forward(&x).unwrap();
        assert_near(&format!("{shape:?}"), &got, &expected(&x, &layer, None), 1e-5);
    }
}

#[test]
fn a_strided_view_is_read_in_logical_order() {
    let shape = ConvShape {
        in_channels: 4,
        out_channels: 4,
        kernel: 3,
        stride: 1,
        padding: Padding::Same,
        groups: 4,
        activation: Activation::Identity,
    };
    let layer = layer(shape, 7);
    let x = noise(&[3, 4, 9, 12], 8).transpose(2, 3).unwrap().narrow(0, 1, 1).unwrap();
    let expect = expected(&x.contiguous().unwrap(), &layer, None);
    assert_near("view", &layer.conv.forward(&x).unwrap(), &expect, 1e-5);
}

#[test]
fn same_padding_is_tensorflows() {
    // (length, kernel, stride), zeros before and after.
    let cases = [
        ((224, 3, 2), (0, 1)),
        ((112, 3, 1), (1, 1)),
        ((56, 5, 2), (1, 2)),
        ((7, 5, 1), (2, 2)),
        ((225, 3, 2), (1, 1)),
        ((8, 1, 2), (0, 0)),
    ];
    for ((length, kernel, stride), zeros) in cases {
        assert_eq!(
            Padding::Same.amounts(length, kernel, stride),
            zeros,
            "{length} {kernel} {stride}"
        );
    }
}

#[test]
fn shapes_that_do_not_fit_are_errors() {
    let shape = ConvShape {
        in_channels: 2,
        out_channels: 2,
        kernel: 3,
        stride: 1,
        padding: Padding::Symmetric(0),
        groups: 1,
        activation: Activation::Identity,
    };
    let Layer { weight, bias, conv, .. } = layer(shape, 1);
    for dims in [[1, 2, 2, 9], [1, 3, 9, 9], [1, 2, 0, 9]] {
        let x = Tensor::zeros(&dims, candle_core::DType::F32, &Device::Cpu).unwrap();
        assert!(conv.forward(&x).is_err(), "{dims:?}");
    }
    let nan = Tensor::full(f32::NAN, 2, &Device::Cpu).unwrap();
    assert!(Conv2dFused::new(&weight, &nan, shape).is_err());
    assert!(Conv2dFused::new(&weight, &bias, ConvShape { groups: 0, ..shape }).is_err());
    let wrong = Tensor::zeros((1, 2, 3, 3), candle_core::DType::F32, &Device::Cpu).unwrap();
    assert!(conv.forward_add(&noise(&[1, 2, 9, 9], 1), &wrong).is_err());
}
