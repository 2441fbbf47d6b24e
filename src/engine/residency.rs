//! What stays loaded in a lane: one network for each role, until another network of the role is
//! needed; the memory banks used last, within a budget.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use candle_core::Device;

use super::error::Result;
use super::protocol::Stopwatch;
use fettle_domain::ModelId;
use fettle_models::store::ModelStore;
use fettle_vision::memory_bank::MemoryBank;

/// Memory of the banks that stay loaded: one of 20,000 rows of 1,536 values takes 62 MB.
const BANKS_BUDGET: usize = 512 << 20;

/// Loads a network: id, architecture, files, device.
type Load<N> = fn(&ModelId, &str, &[PathBuf], &Device) -> fettle_models::Result<Box<N>>;

/// Which networks are loaded, for whoever may not wait for a lane: model by role.
#[derive(Debug, Clone, Default)]
pub(crate) struct LoadedModels(Arc<Mutex<BTreeMap<&'static str, ModelId>>>);

impl LoadedModels {
    /// The loaded models with their roles, as in [`Resident::new`].
    pub(crate) fn list(&self) -> Vec<(&'static str, ModelId)> {
        self.lock().iter().map(|(role, model)| (*role, model.clone())).collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, ModelId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A network's entry among the loaded ones, which goes with it: also where a lane begins afresh.
struct Entry {
    role: &'static str,
    loaded: LoadedModels,
}

impl Entry {
    fn of(role: &'static str, model: &ModelId, loaded: &LoadedModels) -> Self {
        loaded.lock().insert(role, model.clone());
        Self { role, loaded: loaded.clone() }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.loaded.lock().remove(self.role);
    }
}

/// The loaded network of one role.
pub(crate) struct Resident<N: ?Sized> {
    /// The name of the loading time among a job's timings, e.g. `load.chat`.
    timing: &'static str,
    load: Load<N>,
    held: Option<(ModelId, Box<N>, Entry)>,
    loaded: LoadedModels,
}

impl<N: ?Sized> Resident<N> {
    /// `timing` is `load.` and the role.
    pub(crate) fn new(timing: &'static str, load: Load<N>, loaded: &LoadedModels) -> Self {
        Self { timing, load, held: None, loaded: loaded.clone() }
    }

    /// The network `id`. Where another network is held, that one is freed first (memory may not
    /// hold two), then `id` is loaded and the time noted in `watch`.
    pub(crate) fn get(
        &mut self,
        id: &ModelId,
        store: &ModelStore,
        device: &Device,
        watch: &mut Stopwatch,
    ) -> Result<&mut N> {
        let held = match self.held.take() {
            Some(held) if held.0 == *id => held,
            other => {
                drop(other);
                let start = Instant::now();
                let files = store.find(id)?;
                let network = (self.load)(id, &files.entry.architecture, &files.paths(), device)?;
                watch.note(self.timing, start);
                let role = self.timing.trim_start_matches("load.");
                (id.clone(), network, Entry::of(role, id, &self.loaded))
            }
        };
        Ok(&mut *self.held.insert(held).1)
    }
}

/// The loaded memory banks. Where they exceed the budget, the bank that was not used for longest
/// is freed first; one bank alone may exceed the budget.
pub(crate) struct ResidentBanks {
    /// In the order of their last use.
    held: Vec<(PathBuf, Arc<MemoryBank>)>,
    budget: usize,
}

impl Default for ResidentBanks {
    fn default() -> Self {
        Self { held: Vec::new(), budget: BANKS_BUDGET }
    }
}

impl ResidentBanks {
    /// The bank of the file at `path`, if it is loaded.
    pub(crate) fn get(&mut self, path: &Path) -> Option<Arc<MemoryBank>> {
        let at = self.held.iter().position(|(held, _)| held == path)?;
        let used = self.held.remove(at);
        let bank = Arc::clone(&used.1);
        self.held.push(used);
        Some(bank)
    }

    /// Keeps the bank of the file at `path`.
    pub(crate) fn keep(&mut self, path: PathBuf, bank: Arc<MemoryBank>) {
        self.held.retain(|(held, _)| *held != path);
        self.held.push((path, bank));
        while self.held.len() > 1 && self.bytes() > self.budget {
            self.held.remove(0);
        }
    }

    fn bytes(&self) -> usize {
        self.held.iter().map(|(_, bank)| bank.bytes()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fettle_domain::{
        BankRef, DetectionRecipe, HeatmapScale, ImageId, ImageRecipe, ProductCode, RectPx, Resize,
        ResizeFilter, ThresholdRule, Thresholds, Tiling,
    };
    use fettle_vision::bank_rows::BankRows;
    use fettle_vision::coreset::CoresetPlan;
    use fettle_vision::memory_bank::{BankInfo, Provenance};
    use fettle_vision::patches::Origin;
    use fettle_vision::whitening::Whitening;

    fn bank(rows: usize) -> Arc<MemoryBank> {
        let bank = BankRef {
            product: ProductCode::new("p").unwrap(),
            version: 1,
            model: ModelId("m".into()),
        };
        let info = BankInfo {
            rule: ThresholdRule::default(),
            known_defects: Vec::new(),
            capture: None,
            sensitivity: None,
            position: None,
            sample_bits: None,
            bank,
            recipe: DetectionRecipe {
                input: ImageRecipe {
                    resize: Resize::ShorterSideCrop(8),
                    filter: ResizeFilter::Bilinear,
                    mean: [0.0; 3],
                    std: [1.0; 3],
                },
                tiling: Tiling { side: 8, overlap: 0, step: 8 },
                layers: vec![],
                finer: None,
            },
            thresholds: Thresholds::without_zone(1.0, 1.0),
            scale: HeatmapScale { low: 0.0, high: 1.0 },
            held_out: vec![],
            suspicious: vec![],
            fit: Provenance {
                images: vec![],
                patches: rows as u64,
                plan: CoresetPlan::default(),
                cover_radius: 0.0,
                spacing: 0.0,
                extends: None,
            },
        };
        let place = RectPx { x: 0, y: 0, width: 1, height: 1 };
        let origins = vec![Origin { image: ImageId(1), place }; rows];
        let rows = BankRows::new(vec![1.0; rows * 4], 4).unwrap();
        let whitening = Whitening::new(vec![1.0; 16], vec![0.0; 4]).unwrap();
        Arc::new(MemoryBank::new(info, Arc::new(whitening), rows, origins).unwrap())
    }

    #[test]
    fn a_network_is_listed_as_long_as_it_is_loaded() {
        let loaded = LoadedModels::default();
        let listed = || -> Vec<String> {
            loaded.list().into_iter().map(|(role, model)| format!("{role} {model}")).collect()
        };
        let entry = |role, model: &str| Entry::of(role, &ModelId(model.to_owned()), &loaded);
        let chat = entry("chat", "a");
        let backbone = entry("backbone", "b");
        assert_eq!(listed(), ["backbone b", "chat a"]);
        // The one before goes first.
        drop(chat);
        assert_eq!(listed(), ["backbone b"]);
        let chat = entry("chat", "c");
        assert_eq!(listed(), ["backbone b", "chat c"]);
        drop((backbone, chat));
        assert!(listed().is_empty());
    }

    #[test]
    fn the_bank_not_used_for_longest_goes_first() {
        let budget = 3 * bank(10).bytes();
        let mut banks = ResidentBanks { budget, ..ResidentBanks::default() };
        let held = |banks: &ResidentBanks| -> String {
            let mut names: Vec<_> =
                banks.held.iter().map(|(path, _)| path.to_string_lossy()).collect();
            names.sort();
            names.concat()
        };
        // (kept, rows, used after it, what stays)
        let cases = [
            ("a", 10, "a", "a"),
            ("b", 10, "a", "ab"),
            ("c", 10, "a", "abc"),
            ("d", 10, "c", "acd"),
            ("b", 20, "b", "bc"),
            ("b", 10, "c", "bc"),
            ("a", 50, "a", "a"),
        ];
        for (path, rows, used, stays) in cases {
            banks.keep(path.into(), bank(rows));
            assert!(banks.get(Path::new(used)).is_some(), "{used} is gone");
            assert_eq!(held(&banks), stays, "after {path} of {rows} rows");
        }
        assert_eq!(banks.bytes(), bank(50).bytes());
    }
}
