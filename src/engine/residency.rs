//! Which networks stay loaded: one a role, until another one is asked for.

use std::path::PathBuf;
use std::time::Instant;

use candle_core::Device;

use super::error::Result;
use super::request::Stopwatch;
use crate::domain::ModelId;
use crate::models;
use crate::models::store::ModelStore;

/// How a room's registry loads a network: id, architecture, files, device.
type Load<N> = fn(&ModelId, &str, &[PathBuf], &Device) -> models::Result<Box<N>>;

/// The place of one role in a lane.
pub(super) struct Resident<N: ?Sized> {
    /// What its loading is called among the timings, e.g. `load.chat`.
    timing: &'static str,
    load: Load<N>,
    held: Option<(ModelId, Box<N>)>,
}

impl<N: ?Sized> Resident<N> {
    pub(super) fn new(timing: &'static str, load: Load<N>) -> Self {
        Self { timing, load, held: None }
    }

    /// The network `id`; loads it, and notes the time, if it is not the one held. The one
    /// held is let go first: two may not fit.
    pub(super) fn get(
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
                (id.clone(), network)
            }
        };
        Ok(&mut *self.held.insert(held).1)
    }
}
