//! Memory banks of the legacy system, which `import-seed` reads, scored as that system scored them:
//! for comparison with a bank of Fettle, never for inspection.
//!
//! The legacy system differs from the paper: the vectors of each layer and then the whole patch
//! are scaled to unit length, every second row and column is kept, neighbourhoods are not pooled,
//! rows are cluster centres instead of real patches, and the image score is the 99th percentile of
//! the distances.
//!
//! `memory_bank.pt` holds one (rows, dim) tensor; `bank_config.json` `shorter`, `stride` and
//! `layers`; `tau.json` the thresholds `pixel` and `image`. Preprocessing, which no file describes,
//! is that of torchvision: the ratio of the sides is kept, nothing is cropped, the filter is
//! bilinear.

use std::path::{Path, PathBuf};

use candle_core::Tensor;
use serde::{Deserialize, Serialize};

use super::bank_rows::BankRows;
use super::error::same_size;
use super::{Result, VisionError};
use fettle_domain::{ImageRecipe, Resize, ResizeFilter, Thresholds};

/// Share of the patch distances below the image score.
const PERCENTILE: f64 = 0.99;
/// Longest shorter side in pixels: a larger image would take gigabytes, since the legacy system has
/// no tiles.
const MAX_SIDE: u32 = 1024;

/// Contents of `bank_config.json`; absent fields have the defaults of the legacy system.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LegacyConfig {
    /// Architecture of the network.
    pub backbone: String,
    /// Shorter side of the network input, in pixels.
    pub shorter: u32,
    /// Step between the rows and columns of the feature map that patches are taken from.
    pub stride: usize,
    /// Layers of the network, finest first.
    pub layers: Vec<String>,
}

impl Default for LegacyConfig {
    fn default() -> Self {
        let layers = ["layer2", "layer3", "layer4"].map(str::to_owned).to_vec();
        Self { backbone: "resnet50".to_owned(), shorter: 512, stride: 2, layers }
    }
}

/// Contents of `tau.json`.
#[derive(Deserialize)]
struct Tau {
    pixel: f32,
    image: f32,
}

/// Preprocessing and layers of a legacy bank.
#[derive(Debug, Clone, PartialEq)]
pub struct LegacyRecipe {
    /// Preprocessing of images.
    pub input: ImageRecipe,
    /// Numbers of the layers compared, rising.
    pub layers: Vec<usize>,
}

/// A memory bank of the legacy system.
#[derive(Debug)]
pub struct LegacyBank {
    config_path: PathBuf,
    config: LegacyConfig,
    thresholds: Thresholds,
    rows: BankRows,
}

impl LegacyBank {
    /// The bank in `dir`, whose `memory_bank.pt` holds `rows` of `dim` values; reads
    /// `bank_config.json` and `tau.json`.
    ///
    /// # Errors
    /// [`VisionError::Io`] and [`VisionError::BadLegacyBank`] for the two files,
    /// [`VisionError::PartialRow`] for rows that are not of `dim` values.
    pub fn open(dir: &Path, rows: Vec<f32>, dim: usize) -> Result<Self> {
        let config_path = dir.join("bank_config.json");
        let config: LegacyConfig = read_json(&config_path)?;
        let tau: Tau = read_json(&dir.join("tau.json"))?;
        if config.stride == 0 || config.shorter == 0 || config.layers.is_empty() {
            let why = "a size of 0, or no layers".to_owned();
            return Err(VisionError::BadLegacyBank { path: config_path, why });
        }
        let thresholds = Thresholds::without_zone(tau.image, tau.pixel);
        Ok(Self { config_path, config, thresholds, rows: BankRows::new(rows, dim)? })
    }

    /// Configuration of the bank.
    pub fn config(&self) -> &LegacyConfig {
        &self.config
    }

    /// Thresholds, from the images that the bank was made of.
    pub fn thresholds(&self) -> Thresholds {
        self.thresholds
    }

    /// Rows of the bank.
    pub fn rows(&self) -> &BankRows {
        &self.rows
    }

    /// The error of a configuration that cannot be followed, because of `why`.
    pub fn bad_config(&self, why: String) -> VisionError {
        VisionError::BadLegacyBank { path: self.config_path.clone(), why }
    }

    /// Preprocessing and layers for a network whose own preprocessing is `input` and whose layer
    /// `layer<n>` has `channels(n)` channels.
    ///
    /// # Errors
    /// [`VisionError::BadLegacyBank`] where the configuration does not fit the network and the
    /// rows, or its images would take too much memory.
    pub fn recipe(
        &self,
        input: ImageRecipe,
        channels: impl Fn(usize) -> Option<usize>,
    ) -> Result<LegacyRecipe> {
        let bad = |why| self.bad_config(why);
        let LegacyConfig { shorter: side, layers: names, .. } = &self.config;
        if *side > MAX_SIDE {
            return Err(bad(format!("pictures of {side} pixels; at most {MAX_SIDE} are compared")));
        }
        let (mut layers, mut values) = (Vec::new(), 0);
        for name in names {
            let known = name.strip_prefix("layer").and_then(|number| number.parse().ok());
            let known = known.and_then(|number| Some((number, channels(number)?)));
            let (number, channels) =
                known.ok_or_else(|| bad(format!("its network has no layer '{name}'")))?;
            if layers.last().is_some_and(|last| *last >= number) {
                return Err(bad("its layers are not in order".to_owned()));
            }
            layers.push(number);
            values += channels;
        }
        if values != self.rows.dim() {
            let rows = self.rows.dim();
            return Err(bad(format!("{values} values a row, but the bank has {rows}")));
        }
        let resize = Resize::ShorterSide { side: *side, step: 1 };
        Ok(LegacyRecipe {
            input: ImageRecipe { resize, filter: ResizeFilter::Bilinear, ..input },
            layers,
        })
    }

    /// Image score from the feature maps (1, C, H, W) of one image, finest first.
    ///
    /// # Errors
    /// [`VisionError::Empty`] for no maps, [`VisionError::Size`] where they are not those
    /// of the bank's layers.
    pub fn score(&self, maps: &[Tensor]) -> Result<f32> {
        let patches = self.patches(maps)?;
        let scored = self.rows.score(&patches, None)?;
        percentile(scored.scores(), PERCENTILE).ok_or(VisionError::Empty("patches"))
    }

    /// Patch embeddings as the legacy system computed them.
    fn patches(&self, maps: &[Tensor]) -> Result<Vec<f32>> {
        let finest = maps.first().ok_or(VisionError::Empty("feature maps"))?;
        let (_, _, height, width) = finest.dims4()?;
        let layers = maps
            .iter()
            .map(|map| normalize(&map.upsample_bilinear2d(height, width, false)?))
            .collect::<candle_core::Result<Vec<_>>>()?;
        let whole = normalize(&Tensor::cat(&layers, 1)?)?;
        same_size("channels of the feature maps", self.rows.dim(), whole.dim(1)?)?;
        let rows: Vec<Vec<f32>> =
            whole.squeeze(0)?.flatten_from(1)?.t()?.contiguous()?.to_vec2()?;
        let kept = |at: usize| at.is_multiple_of(self.config.stride);
        let chosen = rows.into_iter().enumerate();
        let chosen = chosen.filter(|(at, _)| kept(at / width) && kept(at % width));
        Ok(chosen.flat_map(|(_, row)| row).collect())
    }
}

/// Scales the channels of each position to length 1, as `torch.nn.functional.normalize`.
fn normalize(map: &Tensor) -> candle_core::Result<Tensor> {
    let norm = map.sqr()?.sum_keepdim(1)?.sqrt()?.maximum(1e-12)?;
    map.broadcast_div(&norm)
}

/// Percentile, interpolated between the two nearest ranks as in numpy; `None` for no values.
fn percentile(mut values: Vec<f32>, share: f64) -> Option<f32> {
    values.sort_unstable_by(f32::total_cmp);
    let rank = share * values.len().checked_sub(1)? as f64;
    let (below, above) = (*values.get(rank.floor() as usize)?, *values.get(rank.ceil() as usize)?);
    Some(below + (above - below) * rank.fract() as f32)
}

/// Largest JSON file of a bank, in bytes.
const MAX_JSON_BYTES: u64 = 16 << 20;

/// Reads and parses a JSON file of the bank.
fn read_json<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T> {
    let bytes = fettle_system::read(path, MAX_JSON_BYTES)
        .map_err(|source| VisionError::Io { path: path.to_owned(), source })?;
    let damaged = |e: serde_json::Error| VisionError::BadLegacyBank {
        path: path.to_owned(),
        why: e.to_string(),
    };
    serde_json::from_slice(&bytes).map_err(damaged)
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    fn bank(config: &str, tau: &str, rows: &[f32], dim: usize) -> Result<LegacyBank> {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("bank_config.json"), config).unwrap();
        std::fs::write(dir.path().join("tau.json"), tau).unwrap();
        LegacyBank::open(dir.path(), rows.to_vec(), dim)
    }

    #[test]
    fn configuration_and_thresholds_are_read_or_the_error_names_the_file() {
        let whole = r#"{"shorter": 256, "stride": 4, "layers": ["layer2"], "coreset": 0.02}"#;
        let tau = r#"{"pixel": 0.5, "image": 0.75}"#;
        let read = bank(whole, tau, &[1.0, 0.0], 2).unwrap();
        let layers = vec!["layer2".to_owned()];
        let backbone = "resnet50".to_owned();
        assert_eq!(read.config(), &LegacyConfig { backbone, shorter: 256, stride: 4, layers });
        assert_eq!(read.thresholds(), Thresholds::without_zone(0.75, 0.5));
        assert_eq!(bank("{}", tau, &[1.0], 1).unwrap().config(), &LegacyConfig::default());
        // (config, tau, file named by the error)
        let wrong = [
            ("{", tau, "bank_config.json"),
            (r#"{"stride": 0}"#, tau, "bank_config.json"),
            (r#"{"stride": -1}"#, tau, "bank_config.json"),
            ("{}", r#"{"pixel": 1}"#, "tau.json"),
            ("{}", "[]", "tau.json"),
        ];
        for (config, tau, named) in wrong {
            let error = bank(config, tau, &[1.0], 1).unwrap_err();
            assert!(
                matches!(&error, VisionError::BadLegacyBank { path, .. } if path.ends_with(named))
            );
        }
    }

    #[test]
    fn a_recipe_follows_from_the_configuration_or_is_refused() {
        let input = ImageRecipe {
            resize: Resize::Letterbox(224),
            filter: ResizeFilter::Bicubic,
            mean: [0.5; 3],
            std: [0.25; 3],
        };
        let recipe_of = |config: &str, dim: usize| {
            let bank = bank(config, r#"{"pixel": 1, "image": 1}"#, &vec![0.5; dim], dim).unwrap();
            // Layers 1 to 4 of 2, 4, 8 and 16 channels.
            bank.recipe(input, |number| (1..=4).contains(&number).then_some(1 << number))
        };
        let found = recipe_of(r#"{"shorter": 300, "layers": ["layer2", "layer4"]}"#, 20).unwrap();
        assert_eq!(found.layers, [2, 4]);
        assert_eq!(found.input.resize, Resize::ShorterSide { side: 300, step: 1 });
        assert_eq!((found.input.filter, found.input.mean), (ResizeFilter::Bilinear, [0.5; 3]));
        assert_eq!(recipe_of("{}", 28).unwrap().layers, [2, 3, 4]);
        // (configuration, values a row, words of the message)
        let refused = [
            ("{}", 27, "28 values a row, but the bank has 27"),
            (r#"{"layers": ["layer5"]}"#, 4, "no layer 'layer5'"),
            (r#"{"layers": ["2"]}"#, 4, "no layer '2'"),
            (r#"{"layers": ["layer3", "layer2"]}"#, 12, "not in order"),
            (r#"{"layers": ["layer2", "layer2"]}"#, 8, "not in order"),
            (r#"{"shorter": 1025}"#, 28, "1025 pixels"),
        ];
        for (config, dim, words) in refused {
            let error = recipe_of(config, dim).unwrap_err();
            assert!(matches!(&error, VisionError::BadLegacyBank { .. }), "{error}");
            assert!(error.to_string().contains(words), "{error}");
        }
    }

    #[test]
    fn an_image_scores_as_in_the_legacy_system() {
        // Two channels, 3×3, of which the corners are kept: (3,4) (1,0) (0,2) (1,1).
        let map = [3.0, 9., 1., 9., 9., 9., 0., 9., 1., 4., 9., 0., 9., 9., 9., 2., 9., 1f32];
        let map = Tensor::from_slice(&map, (1, 2, 3, 3), &Device::Cpu).unwrap();
        let bank = bank("{}", r#"{"pixel": 1, "image": 1}"#, &[1.0, 0.0], 2).unwrap();
        // Unit vectors and their distances to (1, 0), sorted:
        // (1,0): 0, (.7071,.7071): .76537, (.6,.8): .89443, (0,1): 1.41421.
        let sorted = [0.0, 0.765_367, 0.894_427, 2f32.sqrt()];
        let expected = sorted[2] + 0.97 * (sorted[3] - sorted[2]);
        assert!((bank.score(std::slice::from_ref(&map)).unwrap() - expected).abs() < 1e-5);
        // With a second layer the patches no longer fit the bank's rows.
        let flat = Tensor::ones((1, 1, 2, 2), candle_core::DType::F32, &Device::Cpu).unwrap();
        assert!(matches!(bank.score(&[map, flat]), Err(VisionError::Size { .. })));
        assert!(matches!(bank.score(&[]), Err(VisionError::Empty(_))));
    }

    #[test]
    fn percentiles_lie_between_ranks() {
        assert_eq!(percentile(vec![], 0.99), None);
        assert_eq!(percentile(vec![2.0], 0.99), Some(2.0));
        assert_eq!(percentile(vec![3.0, 1.0, 2.0], 0.5), Some(2.0));
        assert_eq!(percentile(vec![0.0, 10.0], 0.25), Some(2.5));
    }
}
