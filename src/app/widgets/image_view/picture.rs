//! A picture with its anomaly map, uploaded to the graphics card tile by tile.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};

use egui::{Rect, Vec2, pos2, vec2};
use image::{GrayImage, RgbImage};

use super::gpu::{Gpu, TileDraw, TilePlacement, TileTextures};
use super::heatmap::Heatmap;
use super::tile::{self, TileData};
use fettle_domain::{AnomalyMap, RectPx};

/// Pictures up to this many pixels are uploaded in the frame that first shows them; larger pictures
/// are cut into tiles on a thread and appear tile by tile.
const MAX_SYNC_PIXELS: u64 = 1 << 20;

/// A picture and its textures, which are created when the picture is first shown.
pub(crate) struct Picture {
    pixels: Arc<RgbImage>,
    map: Option<Arc<AnomalyMap>>,
    tiles: Vec<Tile>,
    upload: Upload,
}

/// A tile of the picture.
struct Tile {
    at: RectPx,
    textures: Option<TileTextures>,
}

/// How far the upload to the graphics card is.
enum Upload {
    NotStarted,
    /// Tiles with their index, from the thread that cuts them.
    Streaming(Receiver<(usize, TileData)>),
    Complete,
}

impl Picture {
    pub(crate) fn new(pixels: Arc<RgbImage>) -> Self {
        let tiles = tile::grid(pixels.width(), pixels.height());
        let tiles = tiles.into_iter().map(|at| Tile { at, textures: None }).collect();
        Self { pixels, map: None, tiles, upload: Upload::NotStarted }
    }

    /// A grey picture as RGB.
    pub(crate) fn from_gray(pixels: &GrayImage) -> Self {
        let rgb = pixels.iter().flat_map(|value| [*value; 3]).collect();
        let rgb = RgbImage::from_raw(pixels.width(), pixels.height(), rgb);
        Self::new(Arc::new(rgb.unwrap_or_default()))
    }

    /// Adds the anomaly map, one score per pixel. A map of another size belongs to another picture:
    /// it is logged and ignored.
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

    /// The colour of a pixel; `None` outside the picture.
    pub(super) fn rgb(&self, x: u32, y: u32) -> Option<[u8; 3]> {
        self.pixels.get_pixel_checked(x, y).map(|pixel| pixel.0)
    }

    /// The anomaly score of a pixel; `None` without a map or outside the picture.
    pub(super) fn score(&self, x: u32, y: u32) -> Option<f32> {
        let map = self.map.as_ref()?;
        map.scores.get(y as usize * map.width as usize + x as usize).copied()
    }

    /// Starts or continues the upload. Returns whether all tiles are uploaded.
    pub(super) fn upload_pending(&mut self, gpu: &Gpu, ctx: &egui::Context) -> bool {
        if matches!(self.upload, Upload::NotStarted) {
            self.upload = self.start_upload(gpu, ctx);
        }
        if let Upload::Streaming(tiles) = &self.upload {
            // One tile a frame; the next frame follows at once.
            if let Ok((index, data)) = tiles.try_recv() {
                if let Some(tile) = self.tiles.get_mut(index) {
                    tile.textures = Some(gpu.upload(&data));
                }
                ctx.request_repaint();
            }
            if self.tiles.iter().all(|tile| tile.textures.is_some()) {
                self.upload = Upload::Complete;
            }
        }
        matches!(self.upload, Upload::Complete)
    }

    fn start_upload(&mut self, gpu: &Gpu, ctx: &egui::Context) -> Upload {
        let (pixels, map) = (self.pixels.clone(), self.map.clone());
        if u64::from(pixels.width()) * u64::from(pixels.height()) > MAX_SYNC_PIXELS {
            // At most one tile waits in the channel, so that a large picture is not in memory
            // twice.
            let (sender, tiles) = sync_channel(1);
            let grid: Vec<RectPx> = self.tiles.iter().map(|tile| tile.at).collect();
            let ctx = ctx.clone();
            let cut_tiles = move || {
                for (index, at) in grid.into_iter().enumerate() {
                    let data = tile::cut(&pixels, map.as_deref(), at);
                    // The picture was dropped.
                    if sender.send((index, data)).is_err() {
                        return;
                    }
                    ctx.request_repaint();
                }
            };
            match std::thread::Builder::new().name("tiles".to_owned()).spawn(cut_tiles) {
                Ok(_) => return Upload::Streaming(tiles),
                Err(error) => tracing::warn!(%error, "no thread for a picture: the window waits"),
            }
        }
        for tile in &mut self.tiles {
            let data = tile::cut(&self.pixels, self.map.as_deref(), tile.at);
            tile.textures = Some(gpu.upload(&data));
        }
        Upload::Complete
    }

    /// The uploaded tiles that intersect `clip` (in screen pixels). The picture's corner is at
    /// `origin`, in screen pixels.
    pub(super) fn draw(
        &self,
        gpu: &Gpu,
        origin: egui::Pos2,
        scale: Vec2,
        clip: Rect,
        heatmap: Option<&Heatmap>,
    ) -> Vec<TileDraw> {
        let place = |tile: &Tile| {
            let RectPx { x, y, width, height } = tile.at;
            let size = vec2(width as f32, height as f32);
            let tile = Rect::from_min_size(pos2(x as f32, y as f32), size);
            let on_screen =
                Rect::from_min_size(origin + tile.min.to_vec2() * scale, tile.size() * scale);
            on_screen.intersects(clip).then_some(TilePlacement { origin, scale, tile })
        };
        let uploaded = self.tiles.iter().filter_map(|tile| Some((tile.textures.as_ref()?, tile)));
        uploaded
            .filter_map(|(textures, tile)| Some(gpu.draw(textures, &place(tile)?, heatmap)))
            .collect()
    }
}
