//! A picture, with its anomaly map where it has one, on its way to the graphics card.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};

use egui::{Rect, Vec2, pos2, vec2};
use image::{GrayImage, RgbImage};

use super::gpu::{Gpu, Textures, TileDraw, TilePlace};
use super::look::Heat;
use super::tile::{self, Prepared};
use fettle_domain::{AnomalyMap, RectPx};

/// Pictures up to this many pixels are copied to the card in the frame that first shows them;
/// larger ones are prepared on a thread of their own and appear tile by tile.
const AT_ONCE_PX: u64 = 1 << 20;

/// A picture to be shown. Its textures are made when it is first shown and go with it.
pub(crate) struct Picture {
    pixels: Arc<RgbImage>,
    map: Option<Arc<AnomalyMap>>,
    tiles: Vec<Tile>,
    coming: Coming,
}

struct Tile {
    at: RectPx,
    textures: Option<Textures>,
}

enum Coming {
    NotAsked,
    /// The index of a tile, and the tile.
    From(Receiver<(usize, Prepared)>),
    AllHere,
}

impl Picture {
    pub(crate) fn new(pixels: Arc<RgbImage>) -> Self {
        let tiles = tile::grid(pixels.width(), pixels.height());
        let tiles = tiles.into_iter().map(|at| Tile { at, textures: None }).collect();
        Self { pixels, map: None, tiles, coming: Coming::NotAsked }
    }

    pub(crate) fn grey(pixels: &GrayImage) -> Self {
        let rgb = pixels.iter().flat_map(|value| [*value; 3]).collect();
        let rgb = RgbImage::from_raw(pixels.width(), pixels.height(), rgb);
        Self::new(Arc::new(rgb.unwrap_or_default()))
    }

    /// With a score for each pixel. A map of another size belongs to another picture: it is
    /// left out, and the log says so.
    pub(crate) fn with_map(mut self, map: Arc<AnomalyMap>) -> Self {
        let (width, height) = self.pixels.dimensions();
        let count = u64::from(width) * u64::from(height);
        if (map.width, map.height) == (width, height) && map.scores.len() as u64 == count {
            self.map = Some(map);
        } else {
            tracing::error!(map.width, map.height, width, height, "anomaly map of another size");
        }
        self
    }

    /// Width and height in pixels.
    pub(crate) fn size(&self) -> Vec2 {
        vec2(self.pixels.width() as f32, self.pixels.height() as f32)
    }

    pub(super) fn colour(&self, x: u32, y: u32) -> Option<[u8; 3]> {
        self.pixels.get_pixel_checked(x, y).map(|pixel| pixel.0)
    }

    pub(super) fn score(&self, x: u32, y: u32) -> Option<f32> {
        let map = self.map.as_ref()?;
        map.scores.get(y as usize * map.width as usize + x as usize).copied()
    }

    /// Copies to the card what is not there yet and is ready; whether all is there.
    pub(super) fn advance(&mut self, gpu: &Gpu, ctx: &egui::Context) -> bool {
        if matches!(self.coming, Coming::NotAsked) {
            self.coming = self.start(gpu, ctx);
        }
        if let Coming::From(coming) = &self.coming {
            // One a frame: the next frame comes at once.
            if let Ok((index, prepared)) = coming.try_recv() {
                if let Some(tile) = self.tiles.get_mut(index) {
                    tile.textures = Some(gpu.upload(&prepared));
                }
                ctx.request_repaint();
            }
            if self.tiles.iter().all(|tile| tile.textures.is_some()) {
                self.coming = Coming::AllHere;
            }
        }
        matches!(self.coming, Coming::AllHere)
    }

    fn start(&mut self, gpu: &Gpu, ctx: &egui::Context) -> Coming {
        let (pixels, map) = (self.pixels.clone(), self.map.clone());
        if u64::from(pixels.width()) * u64::from(pixels.height()) > AT_ONCE_PX {
            // One waits while one is made: a large picture is not twice in memory.
            let (send, coming) = sync_channel(1);
            let grid: Vec<RectPx> = self.tiles.iter().map(|tile| tile.at).collect();
            let ctx = ctx.clone();
            let prepare = move || {
                for (index, at) in grid.into_iter().enumerate() {
                    let prepared = tile::prepare(&pixels, map.as_deref(), at);
                    // The picture went.
                    if send.send((index, prepared)).is_err() {
                        return;
                    }
                    ctx.request_repaint();
                }
            };
            match std::thread::Builder::new().name("tiles".to_owned()).spawn(prepare) {
                Ok(_) => return Coming::From(coming),
                Err(error) => tracing::warn!(%error, "no thread for a picture: the window waits"),
            }
        }
        for tile in &mut self.tiles {
            let prepared = tile::prepare(&self.pixels, self.map.as_deref(), tile.at);
            tile.textures = Some(gpu.upload(&prepared));
        }
        Coming::AllHere
    }

    /// The tiles that are on the card and seen in `clip` (pixels of the screen).
    pub(super) fn draw(
        &self,
        gpu: &Gpu,
        origin: egui::Pos2,
        scale: Vec2,
        clip: Rect,
        heat: Option<&Heat>,
    ) -> Vec<TileDraw> {
        let place = |tile: &Tile| {
            let RectPx { x, y, width, height } = tile.at;
            let size = vec2(width as f32, height as f32);
            let tile = Rect::from_min_size(pos2(x as f32, y as f32), size);
            let on_screen =
                Rect::from_min_size(origin + tile.min.to_vec2() * scale, tile.size() * scale);
            on_screen.intersects(clip).then_some(TilePlace { origin, scale, tile })
        };
        let there = self.tiles.iter().filter_map(|tile| Some((tile.textures.as_ref()?, tile)));
        there.filter_map(|(textures, tile)| Some(gpu.draw(textures, &place(tile)?, heat))).collect()
    }
}
