//! The wgpu pipeline that draws pictures and heatmaps, created once when the window opens.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use eframe::egui_wgpu::{CallbackTrait, RenderState, wgpu};
use egui::{Pos2, Rect, Vec2};
use wgpu::util::DeviceExt;

use super::heatmap::Heatmap;
use super::tile::TileData;

/// Device, pipeline and sampler of all views; stored in egui's context.
pub(crate) struct Gpu {
    device: wgpu::Device,
    queue: wgpu::Queue,
    pipeline: wgpu::RenderPipeline,
    layout: wgpu::BindGroupLayout,
    sampler: wgpu::Sampler,
    /// A 1×1 texture bound for pictures without an anomaly map.
    no_scores: wgpu::TextureView,
    linear_target: bool,
    uploads: AtomicUsize,
}

impl Gpu {
    /// Creates the pipeline and stores it in `ctx`.
    pub(crate) fn install(state: &RenderState, ctx: &egui::Context) {
        let gpu = Arc::new(Self::new(state));
        ctx.data_mut(|data| data.insert_temp(egui::Id::unique("image view"), gpu));
    }

    /// The pipeline stored in `ctx`; `None` where the window draws without wgpu.
    pub(crate) fn of(ctx: &egui::Context) -> Option<Arc<Self>> {
        ctx.data(|data| data.get_temp(egui::Id::unique("image view")))
    }

    fn new(state: &RenderState) -> Self {
        let device = state.device.clone();
        let shader = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some("image view"),
            source: wgpu::ShaderSource::Wgsl(
                include_str!("../../../../assets/shaders/image_view.wgsl").into(),
            ),
        });
        let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("image view"),
            entries: &[
                entry(
                    0,
                    wgpu::BindingType::Buffer {
                        ty: wgpu::BufferBindingType::Uniform,
                        has_dynamic_offset: false,
                        min_binding_size: None,
                    },
                ),
                entry(1, texture_binding(true)),
                entry(2, wgpu::BindingType::Sampler(wgpu::SamplerBindingType::Filtering)),
                entry(3, texture_binding(false)),
            ],
        });
        let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some("image view"),
            bind_group_layouts: &[Some(&layout)],
            immediate_size: 0,
        });
        let pipeline = device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
            label: Some("image view"),
            layout: Some(&pipeline_layout),
            vertex: wgpu::VertexState {
                module: &shader,
                entry_point: Some("corner"),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                buffers: &[],
            },
            primitive: wgpu::PrimitiveState::default(),
            depth_stencil: None,
            multisample: wgpu::MultisampleState::default(),
            fragment: Some(wgpu::FragmentState {
                module: &shader,
                entry_point: Some("tile"),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                targets: &[Some(state.target_format.into())],
            }),
            multiview_mask: None,
            cache: None,
        });
        let sampler = device.create_sampler(&wgpu::SamplerDescriptor {
            label: Some("image view"),
            mag_filter: wgpu::FilterMode::Linear,
            min_filter: wgpu::FilterMode::Linear,
            mipmap_filter: wgpu::MipmapFilterMode::Linear,
            ..Default::default()
        });
        let no_scores = texture(&device, (1, 1), 1, wgpu::TextureFormat::R32Float);
        Self {
            queue: state.queue.clone(),
            pipeline,
            layout,
            sampler,
            no_scores: no_scores.create_view(&wgpu::TextureViewDescriptor::default()),
            linear_target: state.target_format.is_srgb(),
            uploads: AtomicUsize::new(0),
            device,
        }
    }

    /// Uploads a tile to the graphics card.
    pub(super) fn upload(&self, tile: &TileData) -> TileTextures {
        self.uploads.fetch_add(1, Ordering::Relaxed);
        let levels = tile.levels.len() as u32;
        let size = tile.levels.first().map_or((1, 1), |level| level.size);
        let picture = texture(&self.device, size, levels.max(1), wgpu::TextureFormat::Rgba8Unorm);
        for (level, pixels) in (0..).zip(&tile.levels) {
            self.write(&picture, level, pixels.size, &pixels.rgba);
        }
        let scores = match &tile.scores {
            None => self.no_scores.clone(),
            Some(scores) => {
                let map = texture(&self.device, size, 1, wgpu::TextureFormat::R32Float);
                self.write(&map, 0, size, bytemuck::cast_slice(scores));
                map.create_view(&wgpu::TextureViewDescriptor::default())
            }
        };
        let picture = picture.create_view(&wgpu::TextureViewDescriptor::default());
        TileTextures { picture, scores, has_scores: tile.scores.is_some() }
    }

    fn write(&self, texture: &wgpu::Texture, level: u32, (width, height): (u32, u32), data: &[u8]) {
        self.queue.write_texture(
            wgpu::TexelCopyTextureInfo {
                texture,
                mip_level: level,
                origin: wgpu::Origin3d::ZERO,
                aspect: wgpu::TextureAspect::All,
            },
            data,
            // Both formats have four bytes a pixel.
            wgpu::TexelCopyBufferLayout {
                offset: 0,
                bytes_per_row: Some(4 * width),
                rows_per_image: None,
            },
            wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
        );
    }

    /// Binds a tile for drawing. Each draw has its own uniforms, so that views are independent.
    pub(super) fn draw(
        &self,
        tile: &TileTextures,
        at: &TilePlacement,
        heatmap: Option<&Heatmap>,
    ) -> TileDraw {
        let screen_per_pixel = at.scale.min_elem();
        // From 4 screen pixels per image pixel on, pixels are drawn unfiltered.
        let level =
            if screen_per_pixel >= 4.0 { -1.0 } else { (-screen_per_pixel.log2()).max(0.0) };
        let heatmap = heatmap.filter(|_| tile.has_scores);
        let flag = |set: bool| f32::from(u8::from(set));
        let map = heatmap.map_or([0.0, 1.0, 0.0, 0.0, 1.0, 0.0, -1.0, 0.0], |heatmap| {
            let style = &heatmap.style;
            [
                heatmap.scale.low,
                heatmap.scale.high,
                heatmap.threshold,
                style.opacity,
                style.gamma,
                f32::from(style.colormap as u8),
                f32::from(style.overlay as u8),
                flag(style.outline),
            ]
        });
        let place = [at.origin.to_vec2(), at.scale, at.tile.min.to_vec2(), at.tile.size()];
        let place = place.iter().flat_map(|two| [two.x, two.y]);
        let rest = [level, flag(self.linear_target), 0.0, 0.0];
        let uniforms: Vec<f32> = place.chain(map).chain(rest).collect();
        let uniforms = self.device.create_buffer_init(&wgpu::util::BufferInitDescriptor {
            label: Some("image view"),
            contents: bytemuck::cast_slice(&uniforms),
            usage: wgpu::BufferUsages::UNIFORM,
        });
        let resources = [
            uniforms.as_entire_binding(),
            wgpu::BindingResource::TextureView(&tile.picture),
            wgpu::BindingResource::Sampler(&self.sampler),
            wgpu::BindingResource::TextureView(&tile.scores),
        ];
        let entries = (0..).zip(resources);
        let entries: Vec<_> =
            entries.map(|(binding, resource)| wgpu::BindGroupEntry { binding, resource }).collect();
        let bindings = self.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("image view"),
            layout: &self.layout,
            entries: &entries,
        });
        let corner = |at_tile: Pos2| at.origin + at_tile.to_vec2() * at.scale;
        TileDraw { bindings, covers: Rect::from_min_max(corner(at.tile.min), corner(at.tile.max)) }
    }

    /// The number of tiles uploaded so far.
    #[cfg(test)]
    pub(crate) fn uploads(&self) -> usize {
        self.uploads.load(Ordering::Relaxed)
    }
}

/// The textures of one tile; dropping them frees their memory.
pub(super) struct TileTextures {
    picture: wgpu::TextureView,
    scores: wgpu::TextureView,
    has_scores: bool,
}

/// The position of a tile on the screen.
pub(super) struct TilePlacement {
    /// Upper left corner of the picture, in screen pixels.
    pub(super) origin: Pos2,
    /// Screen pixels per pixel of the picture.
    pub(super) scale: Vec2,
    /// The rectangle of the tile, in pixels of the picture.
    pub(super) tile: Rect,
}

/// One tile to draw in this frame.
pub(super) struct TileDraw {
    bindings: wgpu::BindGroup,
    /// The rectangle to fill, in screen pixels.
    covers: Rect,
}

/// A paint callback that draws tiles within egui's clip rectangle.
pub(super) struct DrawTiles {
    pub(super) gpu: Arc<Gpu>,
    pub(super) tiles: Vec<TileDraw>,
}

impl CallbackTrait for DrawTiles {
    fn paint(
        &self,
        info: egui::PaintCallbackInfo,
        pass: &mut wgpu::RenderPass<'static>,
        _resources: &eframe::egui_wgpu::CallbackResources,
    ) {
        let clip = info.clip_rect_in_pixels();
        let clip = Rect::from_min_size(
            egui::pos2(clip.left_px as f32, clip.top_px as f32),
            egui::vec2(clip.width_px as f32, clip.height_px as f32),
        );
        pass.set_pipeline(&self.gpu.pipeline);
        for tile in &self.tiles {
            let covers = Rect::from_min_max(tile.covers.min.floor(), tile.covers.max.ceil());
            let covers = covers.intersect(clip);
            if covers.width() < 1.0 || covers.height() < 1.0 {
                continue;
            }
            let (min, size) = (covers.min, covers.size());
            pass.set_scissor_rect(min.x as u32, min.y as u32, size.x as u32, size.y as u32);
            pass.set_bind_group(0, &tile.bindings, &[]);
            pass.draw(0..3, 0..1);
        }
    }
}

fn texture(
    device: &wgpu::Device,
    (width, height): (u32, u32),
    levels: u32,
    format: wgpu::TextureFormat,
) -> wgpu::Texture {
    device.create_texture(&wgpu::TextureDescriptor {
        label: Some("image view"),
        size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
        mip_level_count: levels,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format,
        usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
        view_formats: &[],
    })
}

fn entry(binding: u32, ty: wgpu::BindingType) -> wgpu::BindGroupLayoutEntry {
    let visibility = wgpu::ShaderStages::FRAGMENT;
    wgpu::BindGroupLayoutEntry { binding, visibility, ty, count: None }
}

fn texture_binding(filterable: bool) -> wgpu::BindingType {
    wgpu::BindingType::Texture {
        sample_type: wgpu::TextureSampleType::Float { filterable },
        view_dimension: wgpu::TextureViewDimension::D2,
        multisampled: false,
    }
}
