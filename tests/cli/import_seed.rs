//! `fettle import-seed`: the folder of the system that Fettle replaces.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use candle_core::{DType, Device, Tensor};
use fettle_testing::data::has_models;
use image::{Rgb, RgbImage};

use crate::eval::{cloth, is_stain, save};
use crate::harness::{RunOutput, TestWorkspace, arg, png};

/// Writes a folder as the replaced system leaves it: names in `web/`, a defect with a `_` in its
/// name, a memory bank saved by PyTorch.
fn write_legacy_folder(root: &Path) {
    let write = |path: &str, bytes: &[u8]| {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    };
    write(
        "web/defect_mapping.json",
        r#"{"products": {"prod1": {"name_ko": "주조제품 A형", "defects": {
            "hole": {"en": "hole", "ko": "기공"},
            "Open_Seam": {"en": "Open_Seam", "ko": "측면뜯김"}}}}}"#
            .as_bytes(),
    );
    write(
        "web/defect_config.json",
        r#"{"products": {"prod1": {"name": "제품1", "defects": ["hole", "burr"]}}}"#.as_bytes(),
    );
    write("data/def_split/prod1_hole_0.png", &png(1));
    write("data/def_split/prod1_Open_Seam_1.png", &png(2));
    write("data/def_split/unnamed.png", &png(3));
    write("data/patchCore/prod1/ok/a.png", &png(4));
    write("data/patchCore/prod1/ok/b.png", &png(5));
    write("data/patchCore/prod1/memory_bank.pt", include_bytes!("../golden/seed_bank.pt"));
    write("data/patchCore/prod1/bank_config.json", br#"{"shorter": 512, "layers": ["layer2"]}"#);
    write("data/patchCore/prod1/tau.json", br#"{"pixel": 0.5, "image": 0.75}"#);
    write("data/patchCore/other/ok/c.png", &png(6));
    write("data/patchCore/other/memory_bank.pt", b"cos\nsystem\n(S'true'\ntR.");
    write("manual_store/prod1_menual.pdf", b"not a pdf");
}

#[test]
fn a_seed_folder_is_taken_over_once_and_its_own_files_stay() {
    let workspace = TestWorkspace::new();
    let folder = workspace.path("seed");
    write_legacy_folder(&folder);

    let output = workspace.run(&["import-seed", arg(&folder)]).must_succeed();
    for words in [
        "2 products, 3 defect types, 5 images, 0 manuals (0 were here already)",
        "Old bank of prod1, for comparison only: 6 rows of 4 (layer2)",
    ] {
        assert!(output.stdout.contains(words), "no {words:?} in {}", output.stdout);
    }
    // No network is here; and layer 2 of one would not make rows of 4 values.
    let not_compared = "the old bank of prod1 is not compared";
    for refused in ["unnamed.png", "other/memory_bank.pt", "prod1_menual.pdf", not_compared] {
        assert!(output.stderr.contains(refused), "no {refused:?} in {}", output.stderr);
    }
    let library = workspace.json(&["library", "list", "--json"]);
    let prod1 = &library.as_array().unwrap()[1];
    assert_eq!(prod1["product"]["name_ko"], "주조제품 A형");
    assert_eq!(prod1["normal_images"], 2);
    let mut defects: Vec<(&str, u64)> = prod1["defects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row[0]["full_name"].as_str().unwrap(), row[1].as_u64().unwrap()))
        .collect();
    defects.sort_unstable();
    assert_eq!(defects, [("Open_Seam (측면뜯김)", 1), ("burr", 0), ("hole (기공)", 1)]);

    let again = workspace.run(&["import-seed", arg(&folder)]).must_succeed();
    let words = "0 products, 0 defect types, 0 images, 0 manuals (5 were here already)";
    assert!(again.stdout.contains(words), "{}", again.stdout);
    assert_eq!(fs::read(folder.join("data/def_split/prod1_hole_0.png")).unwrap(), png(1));
}

#[test]
fn a_folder_of_something_else_is_said_to_be_so() {
    let workspace = TestWorkspace::new();
    let folder = workspace.path("empty");
    fs::create_dir(&folder).unwrap();
    workspace
        .run(&["import-seed", arg(&folder)])
        .must_fail_with(&["holds nothing", "data/def_split"]);
    workspace
        .run(&["import-seed", arg(&workspace.path("absent"))])
        .must_fail_with(&["holds nothing"]);
}

/// Writes a ResNet-50 whose weights are all 0.
fn write_zero_resnet50(path: &Path) {
    let mut tensors = HashMap::new();
    let mut put = |name: String, dims: &[usize]| {
        tensors.insert(name, Tensor::zeros(dims, DType::F16, &Device::Cpu).unwrap());
    };
    let mut conv = |conv: &str, norm: &str, dims: [usize; 4]| {
        put(format!("{conv}.weight"), &dims);
        for part in ["weight", "bias", "running_mean", "running_var"] {
            put(format!("{norm}.{part}"), &dims[..1]);
        }
    };
    conv("conv1", "bn1", [64, 3, 7, 7]);
    let mut channels = 64;
    for (n, blocks) in [3, 4, 6, 3].into_iter().enumerate() {
        let (inner, out) = (64 << n, 256 << n);
        for block in 0..blocks {
            let name = |part: &str| format!("layer{}.{block}.{part}", n + 1);
            conv(&name("conv1"), &name("bn1"), [inner, channels, 1, 1]);
            conv(&name("conv2"), &name("bn2"), [inner, inner, 3, 3]);
            conv(&name("conv3"), &name("bn3"), [out, inner, 1, 1]);
            if block == 0 {
                conv(&name("downsample.0"), &name("downsample.1"), [out, channels, 1, 1]);
            }
            channels = out;
        }
    }
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    candle_core::safetensors::save(&tensors, path).unwrap();
}

/// Makes a models folder with the starter's backbone and a ResNet-50 whose weights are 0.
fn models(workspace: &TestWorkspace) -> PathBuf {
    let starter = workspace.command(&["models", "path", "efficientnet-lite0"]).output().unwrap();
    let models = workspace.path("models");
    fs::create_dir_all(models.join("efficientnet-lite0")).unwrap();
    for file in RunOutput::from(starter).must_succeed().stdout.lines().map(Path::new) {
        let name = file.file_name().unwrap();
        fs::copy(file, models.join("efficientnet-lite0").join(name)).unwrap();
    }
    write_zero_resnet50(&models.join("resnet50/model.safetensors"));
    models
}

#[test]
fn an_old_bank_is_held_against_a_fitted_one() {
    if !has_models(&["efficientnet-lite0"]) {
        return;
    }
    let workspace = TestWorkspace::new();
    let (folder, models) = (workspace.path("seed"), models(&workspace));
    let bank = |product: &str, bytes: &[u8], layer: &str| {
        let of = folder.join("data/patchCore").join(product);
        for picture in 0..5 {
            save(&of.join(format!("ok/{picture}.png")), &cloth(picture));
        }
        let config = format!(r#"{{"shorter": 64, "stride": 1, "layers": ["{layer}"]}}"#);
        fs::write(of.join("memory_bank.pt"), bytes).unwrap();
        fs::write(of.join("bank_config.json"), config).unwrap();
        fs::write(of.join("tau.json"), br#"{"pixel": 0.5, "image": 0.75}"#).unwrap();
    };
    bank("cloth", include_bytes!("../golden/seed_bank_layer4.pt"), "layer4");
    bank("other", include_bytes!("../golden/seed_bank.pt"), "layer2");
    for picture in 20..22 {
        let stained = RgbImage::from_fn(96, 96, |x, y| {
            if is_stain(x, y) { Rgb([20, 10, 70]) } else { *cloth(picture).get_pixel(x, y) }
        });
        save(&folder.join(format!("data/def_split/cloth_stain_{picture}.png")), &stained);
    }
    let run = |args: &[&str]| {
        let output = workspace.command(args).env("FETTLE_MODELS", &models).output().unwrap();
        RunOutput::from(output).must_succeed()
    };

    let found = run(&["import-seed", arg(&folder), "--json"]).stdout;
    let found: serde_json::Value = serde_json::from_str(&found).unwrap();
    let compared = &found["banks"][0]["comparison"];
    assert_eq!(compared["state"], "done", "{found}");
    let compared = &compared["result"];
    assert_eq!((&compared["normals"], &compared["defects"]), (&5.into(), &2.into()));
    // Patches of nothing lie at 1 from every row of length 1.
    let old = &compared["seed"];
    assert_eq!((&old["image_auroc"], &old["threshold"]), (&0.5.into(), &0.75.into()));
    let (overkill, escape) = (&old["overkill"], &old["escape"]);
    assert_eq!((&overkill["events"], &overkill["trials"]), (&5.into(), &5.into()));
    assert_eq!((&escape["events"], &escape["trials"]), (&0.into(), &2.into()));
    let ours = &compared["fettle"];
    assert_eq!((&ours["image_auroc"], &ours["escape"]["events"]), (&1.0.into(), &0.into()));
    assert_eq!(compared["bank"]["version"], 1);
    let other = &found["banks"][1]["comparison"];
    assert_eq!(other["state"], "failed", "{found}");
    let why = other["result"]["message"].as_str().unwrap();
    assert!(why.contains("512 values a row, but the bank has 4"), "{why}");

    // A second import compares with the bank that was fitted by the first.
    let again = run(&["import-seed", arg(&folder)]).stdout;
    let lines: Vec<&str> = again.lines().filter(|line| line.contains('%')).collect();
    assert!(lines[0].starts_with("old ") && lines[0].contains("0.5000"), "{again}");
    assert!(lines[1].starts_with("Fettle, version 1 ") && lines[1].contains("1.0000"), "{again}");
}
