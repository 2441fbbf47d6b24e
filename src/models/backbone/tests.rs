use std::collections::HashMap;

use candle_core::{Tensor, safetensors};

use super::*;
use crate::ModelsError;
use crate::roles::{ImageEncoder, Layer};
use fettle_domain::{InputFit, RecipeChoice, Resize};
use fettle_testing::data;
use fettle_testing::tensors::{assert_near, golden};

const LITE0_FILE: &str = "efficientnet-lite0-57934424.pth";

fn id() -> ModelId {
    ModelId("under-test".into())
}

fn lite0() -> Option<EfficientNetLite> {
    let path = data::model("efficientnet-lite0", LITE0_FILE)?;
    let file = WeightFile::open(&path, &Device::Cpu).unwrap();
    Some(EfficientNetLite::load(&id(), &file, &Device::Cpu).unwrap())
}

fn tiny(folder: &str, width: usize) -> ResNet {
    let path = data::golden(&format!("{folder}/model_f16.safetensors"));
    let file = WeightFile::open(&path, &Device::Cpu).unwrap();
    let shape = ResNetShape { blocks: &[2, 2, 1], width };
    ResNet::load(&id(), &file, &Device::Cpu, &shape).unwrap()
}

#[test]
fn efficientnet_lite0_gives_the_reference_maps() {
    let Some(network) = lite0() else { return };
    let golden = golden("efficientnet_lite0");
    let pixels = &golden["pixel_values"];
    let maps = network.maps(pixels, &[2, 4, 10, 15]).unwrap();
    for (map, name) in maps.iter().zip(["block2", "block4", "block10"]) {
        assert_near(name, map, &golden[name], 2e-3);
    }
    let mean = maps[3].mean((2, 3)).unwrap();
    assert_near("block15_mean", &mean, &golden["block15_mean"], 2e-3);

    let maps = network.features(pixels, &[4, 10]).unwrap();
    assert_near("finest first", &maps[0], &golden["block4"], 2e-3);
    assert_near("then half of it", &maps[1], &golden["block10"], 2e-3);
    assert_layers(&network, pixels);
}

#[test]
fn efficientnet_lite0_embeds_to_unit_length() {
    let Some(network) = lite0() else { return };
    let golden = golden("efficientnet_lite0");
    let rows = network.embed(&golden["pixel_values"]).unwrap();
    assert_eq!(rows.dims(), [1, network.dim()]);
    let length = rows.sqr().unwrap().sum_all().unwrap().to_scalar::<f32>().unwrap();
    assert!((length - 1.0).abs() < 1e-5, "{length}");
}

#[test]
fn resnets_give_the_reference_maps() {
    for (folder, width) in [("resnet_tiny", 64), ("wide_resnet_tiny", 128)] {
        let (network, golden) = (tiny(folder, width), golden(folder));
        let taps = network.features(&golden["pixel_values"], &[2, 3]).unwrap();
        for (tap, name) in taps.iter().zip(["layer2", "layer3"]) {
            let what = format!("{folder} {name}");
            let head = tap.narrow(1, 0, 32).unwrap();
            assert_near(&what, &head, &golden[&format!("{name}_head")], 1e-3);
            let mean = tap.mean((2, 3)).unwrap();
            assert_near(&what, &mean, &golden[&format!("{name}_mean")], 1e-3);
        }
        assert_layers(&network, &golden["pixel_values"]);
    }
}

/// Pseudo-random numbers between -0.5 and 0.5, the same on every machine.
fn noise(dims: &[usize]) -> Tensor {
    let hash = |n: usize| {
        let v = (n as u32).wrapping_mul(374_761_393);
        let v = (v ^ (v >> 13)).wrapping_mul(1_274_126_177);
        (v >> 16) as f32 / 65_536.0 - 0.5
    };
    let values: Vec<f32> = (0..dims.iter().product()).map(hash).collect();
    Tensor::from_vec(values, dims, &Device::Cpu).unwrap()
}

/// Narrow ResNet with one bottleneck per layer.
fn slender_resnet() -> ResNet {
    let mut tensors = HashMap::new();
    let mut conv = |conv: String, bn: String, dims: [usize; 4]| {
        let scale = (24.0 / (dims[1] * dims[2] * dims[3]) as f64).sqrt();
        tensors.insert(format!("{conv}.weight"), (noise(&dims) * scale).unwrap());
        for (name, value) in
            [("weight", 1f32), ("bias", 0.0), ("running_mean", 0.0), ("running_var", 1.0)]
        {
            let channels = Tensor::full(value, dims[0], &Device::Cpu).unwrap();
            tensors.insert(format!("{bn}.{name}"), channels);
        }
    };
    conv("conv1".into(), "bn1".into(), [64, 3, 7, 7]);
    let mut channels = 64;
    for n in 0..4 {
        let (inner, out) = (4 << n, 256 << n);
        let name = |part: &str| format!("layer{}.0.{part}", n + 1);
        conv(name("conv1"), name("bn1"), [inner, channels, 1, 1]);
        conv(name("conv2"), name("bn2"), [inner, inner, 3, 3]);
        conv(name("conv3"), name("bn3"), [out, inner, 1, 1]);
        conv(name("downsample.0"), name("downsample.1"), [out, channels, 1, 1]);
        channels = out;
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("slender.safetensors");
    safetensors::save(&tensors, &path).unwrap();
    let file = WeightFile::open(&path, &Device::Cpu).unwrap();
    let shape = ResNetShape { blocks: &[1, 1, 1, 1], width: 4 };
    ResNet::load(&id(), &file, &Device::Cpu, &shape).unwrap()
}

#[test]
fn a_resnet_runs_up_to_the_deepest_requested_layer() {
    let network = slender_resnet();
    let pixels = (noise(&[1, 3, 64, 64]) * 4.0).unwrap();
    assert_layers(&network, &pixels);
    let taps = network.features(&pixels, &[2, 4]).unwrap();
    let means = taps[1].mean((0, 2, 3)).unwrap().narrow(0, 0, 8).unwrap();
    // torchvision 0.29's `ResNet(Bottleneck, [1, 1, 1, 1], width_per_group=4)` of these weights.
    let expected = [9.90136f32, 12.32668, 4.46235, 10.04367, 0.93428, 5.79558, 1.17691, 1.70815];
    let expected = Tensor::new(&expected, &Device::Cpu).unwrap();
    assert_near("layer4", &means, &expected, 1e-3);
    let only = network.features(&pixels, &[2]).unwrap();
    assert_eq!(only.len(), 1);
    assert_near("layer2", &only[0], &taps[0], 0.0);
}

/// Asserts that each feature map has the channels and the stride that the network declares.
fn assert_layers(network: &dyn FeatureExtractor, pixels: &Tensor) {
    let layers = network.layers();
    let numbers: Vec<usize> = layers.iter().map(|layer| layer.number).collect();
    let maps = network.features(pixels, &numbers).unwrap();
    assert_eq!(maps.len(), layers.len());
    for (map, Layer { number, channels, stride }) in maps.iter().zip(&layers) {
        let (side, stride) = (pixels.dim(3).unwrap(), *stride as usize);
        assert_eq!(map.dims()[1..], [*channels, side / stride, side / stride], "layer {number}");
    }
    assert!(network.default_layers().iter().all(|number| numbers.contains(number)));
}

#[test]
fn a_recipe_follows_from_the_backbone_and_the_choice() {
    let Some(network) = lite0() else { return };
    let recipe = detection_recipe(&network, &RecipeChoice::default()).unwrap();
    assert_eq!(recipe.input.resize, Resize::ShorterSide { side: 224, step: 32 });
    assert_eq!(recipe.layer_numbers(), [4, 10, 14]);
    assert_eq!((recipe.patch_px(), recipe.locating_values()), (8, 40 + 112));
    let choice = RecipeChoice { fit: InputFit::Square, side: Some(300), layers: vec![10, 4, 4] };
    let recipe = detection_recipe(&network, &choice).unwrap();
    assert_eq!(recipe.input.resize, Resize::Exact { width: 288, height: 288 });
    assert_eq!((recipe.layer_numbers(), recipe.tiling.step), (vec![4, 10], 16));
    let unknown = RecipeChoice { layers: vec![99], ..RecipeChoice::default() };
    let error = detection_recipe(&network, &unknown).unwrap_err();
    assert!(matches!(error, ModelsError::UnknownLayer { number: 99, .. }));
}

/// Network and golden values; both are in one file.
fn dinov2() -> (Dinov2, HashMap<String, Tensor>) {
    let path = data::golden("dinov2_tiny.safetensors");
    let file = WeightFile::open(&path, &Device::Cpu).unwrap();
    let shape = Dinov2Shape { dim: 32, heads: 2, blocks: 3, default_blocks: [1, 2] };
    let network = Dinov2::load(&id(), &file, &Device::Cpu, shape).unwrap();
    let mut golden = safetensors::load(&path, &Device::Cpu).unwrap();
    for tensor in golden.values_mut() {
        *tensor = tensor.to_dtype(candle_core::DType::F32).unwrap();
    }
    (network, golden)
}

#[test]
fn dinov2_gives_the_reference_maps_at_every_size() {
    let (network, golden) = dinov2();
    // The size of the training, and one for which the positions are interpolated.
    for size in ["square", "wide"] {
        let taps = network.features(&golden[&format!("{size}.pixel_values")], &[1, 2]).unwrap();
        for (tap, block) in taps.iter().zip([1, 2]) {
            let what = format!("{size}.block{block}");
            assert_near(&what, tap, &golden[&what], 1e-4);
        }
    }
    let layers: Vec<_> =
        network.layers().iter().map(|l| (l.number, l.channels, l.stride)).collect();
    assert_eq!(layers, [(0, 32, 14), (1, 32, 14), (2, 32, 14)]);
    assert_eq!(network.default_layers(), [1, 2]);
    let uneven = Tensor::zeros((1, 3, 56, 57), candle_core::DType::F32, &Device::Cpu).unwrap();
    assert!(network.features(&uneven, &[1]).is_err());
}

/// Eight different images: shifted and scaled copies of `pixels`.
fn eight_variants(pixels: &Tensor) -> Tensor {
    let copies: Vec<Tensor> = (0..8)
        .map(|n| {
            let rolled = pixels.roll(17 * n, 3).unwrap().roll(5 * n, 2).unwrap();
            (rolled * (1.0 - 0.05 * f64::from(n))).unwrap()
        })
        .collect();
    Tensor::cat(&copies, 0).unwrap()
}

fn assert_batch_equals_single_images(pixels: &Tensor, run: &dyn Fn(&Tensor) -> Vec<Tensor>) {
    let batch = eight_variants(pixels);
    let batched = run(&batch);
    for n in 0..8 {
        for (whole, alone) in batched.iter().zip(run(&batch.narrow(0, n, 1).unwrap())) {
            assert_near("batch", &whole.narrow(0, n, 1).unwrap(), &alone, 1e-5);
        }
    }
}

#[test]
fn a_batch_of_eight_is_eight_batches_of_one() {
    if let Some(network) = lite0() {
        let golden = golden("efficientnet_lite0");
        assert_batch_equals_single_images(&golden["pixel_values"], &|pixels| {
            let mut out = network.features(pixels, &[4, 10, 14]).unwrap();
            out.push(network.embed(pixels).unwrap());
            out
        });
    }
    for (folder, width) in [("resnet_tiny", 64), ("wide_resnet_tiny", 128)] {
        let (network, golden) = (tiny(folder, width), golden(folder));
        assert_batch_equals_single_images(&golden["pixel_values"], &|pixels| {
            network.features(pixels, &[2, 3]).unwrap()
        });
    }
    let (network, golden) = dinov2();
    let pixels = golden["wide.pixel_values"].narrow(0, 0, 1).unwrap();
    assert_batch_equals_single_images(&pixels, &|pixels| {
        network.features(pixels, &[0, 2]).unwrap()
    });
}

#[test]
fn images_of_other_sizes_keep_their_ratio() {
    let Some(network) = lite0() else { return };
    let pixels = Tensor::zeros((1, 3, 256, 448), candle_core::DType::F32, &Device::Cpu).unwrap();
    let taps = network.features(&pixels, &[4, 10]).unwrap();
    assert_eq!(taps[0].dims(), [1, 40, 32, 56]);
    assert_eq!(taps[1].dims(), [1, 112, 16, 28]);
}

#[test]
fn shapes_that_are_no_image_are_errors() {
    let network = tiny("resnet_tiny", 64);
    for dims in [&[3, 224, 224][..], &[1, 1, 224, 224], &[1, 3, 0, 0]] {
        let pixels = Tensor::zeros(dims, candle_core::DType::F32, &Device::Cpu).unwrap();
        assert!(
            matches!(network.features(&pixels, &[2, 3]), Err(ModelsError::Tensor(_))),
            "{dims:?}"
        );
    }
}

#[test]
fn an_unknown_architecture_is_named() {
    let err = load(&id(), "resnet51", &[], &Device::Cpu).err().unwrap();
    assert_eq!(err.to_string(), "no network called 'resnet51'");
}

#[test]
fn weights_of_another_network_are_refused_with_the_tensors_name() {
    let path = data::golden("resnet_tiny/model_f16.safetensors");
    let refused = |architecture: &str, path: PathBuf| {
        let err = load(&id(), architecture, &[path], &Device::Cpu).err().unwrap();
        assert!(matches!(err, ModelsError::BadWeights { .. }), "{err}");
        err.to_string()
    };
    // The tiny network lacks blocks of the real one, and is narrower than the wide one.
    let cases = [
        ("resnet50", "layer1.2.conv1.weight"),
        ("wide_resnet50_2", "layer1.0.conv1.weight"),
        ("efficientnet_lite0", "_conv_stem.weight"),
    ];
    for (architecture, tensor) in cases {
        let text = refused(architecture, path.clone());
        assert!(text.contains(tensor) && text.contains("model_f16.safetensors"), "{text}");
    }

    // One number that is NaN.
    let dir = tempfile::tempdir().unwrap();
    let damaged = dir.path().join("damaged.safetensors");
    let mut tensors: HashMap<String, Tensor> = safetensors::load(&path, &Device::Cpu).unwrap();
    let nan = Tensor::full(half::f16::NAN, 64, &Device::Cpu).unwrap();
    tensors.insert("layer1.0.bn1.running_var".into(), nan);
    safetensors::save(&tensors, &damaged).unwrap();
    let text = refused("resnet50", damaged);
    assert!(text.contains("layer1.0.bn1") && text.contains("finite"), "{text}");
}

#[test]
fn a_checkpoint_cut_short_is_bad_weights() {
    let Some(path) = data::model("efficientnet-lite0", LITE0_FILE) else { return };
    let dir = tempfile::tempdir().unwrap();
    let cut = dir.path().join("cut.pth");
    let whole = std::fs::read(path).unwrap();
    std::fs::write(&cut, &whole[..whole.len() / 2]).unwrap();
    let err = load(&id(), "efficientnet_lite0", &[cut], &Device::Cpu).err().unwrap();
    assert!(matches!(err, ModelsError::BadWeights { .. }), "{err}");
    assert!(err.to_string().contains("cut short"), "{err}");
}
