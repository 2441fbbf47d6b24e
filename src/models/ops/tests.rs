use candle_core::Device;
use proptest::prelude::*;

use super::*;
use crate::models::test_files::assert_near;

/// Numbers that repeat only after thousands, the same on every run.
fn numbers(dims: &[usize], seed: u64) -> Tensor {
    let mut state = seed.wrapping_mul(2).wrapping_add(0x9e37_79b9_7f4a_7c15);
    let values: Vec<f32> = (0..dims.iter().product())
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 40) as f32 / 2f32.powi(23) - 1.0
        })
        .collect();
    Tensor::from_vec(values, dims, &Device::Cpu).unwrap()
}

/// The layer, by candle's convolution and the definition of everything around it.
fn expected(x: &Tensor, conv: &Conv2dFused, residual: Option<&Tensor>) -> Tensor {
    let shape = conv.shape;
    let geometry = Geometry::of(&shape, x.dims4().unwrap()).unwrap();
    let x = x.pad_with_zeros(2, geometry.rows.0, geometry.rows.1).unwrap();
    let x = x.pad_with_zeros(3, geometry.columns.0, geometry.columns.1).unwrap();
    let mut y = x.conv2d(&conv.weight, 0, shape.stride, 1, shape.groups).unwrap();
    y = y.broadcast_add(&conv.bias.reshape((1, (), 1, 1)).unwrap()).unwrap();
    if let Some(residual) = residual {
        y = (y + residual).unwrap();
    }
    match shape.activation {
        Activation::Identity => y,
        Activation::Relu => y.relu().unwrap(),
        Activation::Relu6 => y.clamp(0f32, 6f32).unwrap(),
    }
}

fn layer(shape: ConvShape, seed: u64) -> Conv2dFused {
    let per_group = shape.in_channels / shape.groups;
    let weight = numbers(&[shape.out_channels, per_group, shape.kernel, shape.kernel], seed);
    let bias = numbers(&[shape.out_channels], seed + 1);
    Conv2dFused::new(&weight, &bias, shape).unwrap()
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
        padding in prop::sample::select(vec![Padding::Same, Padding::Each(0), Padding::Each(1), Padding::Each(3)]),
        activation in prop::sample::select(vec![Activation::Identity, Activation::Relu, Activation::Relu6]),
        depthwise: bool,
        add: bool,
        seed in 0u64..1000,
    ) {
        let (out_channels, groups) = if depthwise { (channels, channels) } else { (out_channels, 1) };
        let shape = ConvShape { in_channels: channels, out_channels, kernel, stride, padding, groups, activation };
        let conv = layer(shape, seed);
        let x = numbers(&[batch, channels, height, width], seed + 2);
        let geometry = Geometry::of(&shape, x.dims4().unwrap()).unwrap();
        let residual = add.then(|| numbers(&geometry.out_dims(), seed + 3));
        let expect = expected(&x, &conv, residual.as_ref());

        let got = conv.run(&x, residual.as_ref()).unwrap();
        assert_near("kernel", &got, &expect, 1e-5);
        let got = portable::conv(&x, &conv.weight, &conv.bias, residual.as_ref(), &shape, &geometry).unwrap();
        assert_near("portable", &got, &expect, 1e-5);
    }

    #[test]
    fn max_pool_agrees_with_candle(
        channels in 1usize..4, height in 1usize..30, width in 1usize..30, seed in 0u64..1000,
    ) {
        let x = numbers(&[2, channels, height, width], seed).relu().unwrap();
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

#[test]
fn large_layers_cut_into_blocks_agree_with_candle() {
    let plain = ConvShape {
        in_channels: 96,
        out_channels: 40,
        kernel: 3,
        stride: 1,
        padding: Padding::Each(1),
        groups: 1,
        activation: Activation::Relu,
    };
    let cases = [
        plain,
        ConvShape { stride: 2, ..plain },
        ConvShape { kernel: 1, padding: Padding::Each(0), ..plain },
        ConvShape { kernel: 7, stride: 2, padding: Padding::Each(3), ..plain },
        ConvShape { groups: 2, ..plain },
    ];
    for shape in cases {
        let conv = layer(shape, 5);
        let x = numbers(&[2, 96, 57, 61], 6);
        let got = conv.forward(&x).unwrap();
        assert_near(&format!("{shape:?}"), &got, &expected(&x, &conv, None), 1e-5);
    }
}

#[test]
fn a_view_is_read_as_it_is_seen() {
    let shape = ConvShape {
        in_channels: 4,
        out_channels: 4,
        kernel: 3,
        stride: 1,
        padding: Padding::Same,
        groups: 4,
        activation: Activation::Identity,
    };
    let conv = layer(shape, 7);
    let x = numbers(&[3, 4, 9, 12], 8).transpose(2, 3).unwrap().narrow(0, 1, 1).unwrap();
    let expect = expected(&x.contiguous().unwrap(), &conv, None);
    assert_near("view", &conv.forward(&x).unwrap(), &expect, 1e-5);
}

#[test]
fn same_padding_is_tensorflows() {
    // (length, kernel, stride) to zeros before and behind.
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
            Padding::Same.around(length, kernel, stride),
            zeros,
            "{length} {kernel} {stride}"
        );
    }
}

#[test]
fn what_is_no_convolution_is_an_error() {
    let shape = ConvShape {
        in_channels: 2,
        out_channels: 2,
        kernel: 3,
        stride: 1,
        padding: Padding::Each(0),
        groups: 1,
        activation: Activation::Identity,
    };
    let conv = layer(shape, 1);
    for dims in [[1, 2, 2, 9], [1, 3, 9, 9], [1, 2, 0, 9]] {
        let x = Tensor::zeros(&dims, candle_core::DType::F32, &Device::Cpu).unwrap();
        assert!(conv.forward(&x).is_err(), "{dims:?}");
    }
    let nan = Tensor::full(f32::NAN, 2, &Device::Cpu).unwrap();
    assert!(Conv2dFused::new(&conv.weight, &nan, shape).is_err());
    assert!(Conv2dFused::new(&conv.weight, &conv.bias, ConvShape { groups: 0, ..shape }).is_err());
    let wrong = Tensor::zeros((1, 2, 3, 3), candle_core::DType::F32, &Device::Cpu).unwrap();
    assert!(conv.forward_add(&numbers(&[1, 2, 9, 9], 1), &wrong).is_err());
}
