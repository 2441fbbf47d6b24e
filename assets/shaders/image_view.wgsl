// One tile of a picture, with its anomaly map over it. The fields are those of `gpu.rs`, in order.

struct View {
    // Where the picture's upper left corner is, in pixels of the screen.
    origin: vec2f,
    // Pixels of the screen for one of the picture.
    scale: vec2f,
    // The tile, in pixels of the picture.
    tile_min: vec2f,
    tile_size: vec2f,
    low: f32,
    high: f32,
    threshold: f32,
    opacity: f32,
    gamma: f32,
    colormap: f32,
    paint: f32,
    outline: f32,
    // The mip level, fractions between two; below 0: single pixels are to be seen.
    mip_level: f32,
    // The screen wants linear light.
    linear_target: f32,
    unused: vec2f,
}

@group(0) @binding(0) var<uniform> view: View;
@group(0) @binding(1) var picture: texture_2d<f32>;
@group(0) @binding(2) var smooth_sampler: sampler;
// Scores, one for each pixel of the tile: 32-bit floats, which not every card can filter.
@group(0) @binding(3) var scores: texture_2d<f32>;

// One triangle over all of the viewport; the scissor cuts the tile out.
@vertex
fn corner(@builtin(vertex_index) index: u32) -> @builtin(position) vec4f {
    let x = f32(index & 1u) * 4.0 - 1.0;
    let y = f32(index >> 1u) * 4.0 - 1.0;
    return vec4f(x, y, 0.0, 1.0);
}

fn seventh(x: f32, a: vec3f, b: vec3f, c: vec3f, d: vec3f, e: vec3f, f: vec3f, g: vec3f) -> vec3f {
    return clamp(a + x * (b + x * (c + x * (d + x * (e + x * (f + x * g))))), vec3f(0.0), vec3f(1.0));
}

// Turbo: Mikhailov 2019, the same polynomial as `vision/heatmap.rs`. Inferno and viridis:
// polynomials fitted by Zucker (CC0) to the tables of matplotlib.
fn mapped(x: f32) -> vec3f {
    switch u32(view.colormap) {
        case 0u: {
            return seventh(x,
                vec3f(0.13572138, 0.09140261, 0.1066733), vec3f(4.6153926, 2.1941884, 12.641946),
                vec3f(-42.66032, 4.8429666, -60.58205), vec3f(132.13108, -14.185033, 110.36277),
                vec3f(-152.9424, 4.277298, -89.90311), vec3f(59.28638, 2.829566, 27.34825),
                vec3f(0.0));
        }
        case 1u: {
            return seventh(x,
                vec3f(0.00021894037, 0.001651004631, -0.01948089844),
                vec3f(0.1065134195, 0.5639564368, 3.932712389),
                vec3f(11.60249308, -3.972853966, -15.94239411),
                vec3f(-41.703996131, 17.436398882, 44.354145199),
                vec3f(77.162935699, -33.402358942, -81.807309257),
                vec3f(-71.319428245, 32.626064264, 73.209519858),
                vec3f(25.131126225, -12.242668952, -23.070325003));
        }
        case 2u: {
            return seventh(x,
                vec3f(0.2777273272, 0.005407344545, 0.3340998053),
                vec3f(0.1050930431, 1.40461353, 1.384590163),
                vec3f(-0.3308618287, 0.2148475595, 0.09509516303),
                vec3f(-4.634230499, -5.799100973, -19.332440956),
                vec3f(6.2282699363, 14.179933367, 56.690552601),
                vec3f(4.7763849977, -13.745145378, -65.353032633),
                vec3f(-5.4354558559, 4.6458526122, 26.312435250));
        }
        default: {
            return vec3f(x);
        }
    }
}

fn score(texel: vec2f) -> f32 {
    let last = vec2i(view.tile_size) - vec2i(1);
    return textureLoad(scores, clamp(vec2i(floor(texel)), vec2i(0), last), 0).r;
}

// Whether the mask has this pixel: the rule of `vision/regions.rs`.
fn above(texel: vec2f) -> bool {
    return score(texel) > view.threshold;
}

// The score's place on the product's scale, 0 to 1. What is not a number lies at 0.
fn place(value: f32) -> f32 {
    if !(value > view.low) || view.high <= view.low {
        return 0.0;
    }
    return pow(min((value - view.low) / (view.high - view.low), 1.0), view.gamma);
}

fn painted(part: vec3f, texel: vec2f) -> vec3f {
    let value = score(texel);
    let at = place(value);
    // Full strength at two fifths of the scale, as in `vision/heatmap.rs`.
    let heat = mix(part, mapped(at), view.opacity * min(at * 2.5, 1.0));
    var colour = part;
    switch u32(view.paint) {
        case 1u: { colour = heat; }
        case 2u: {
            if value > view.threshold { colour = heat; }
        }
        case 3u: { colour = mix(part, vec3f(f32(value > view.threshold)), view.opacity); }
        default: {}
    }
    if view.outline > 0.5 {
        // A pixel of the screen on either side, at every zoom.
        let step = 1.0 / view.scale;
        let inside = value > view.threshold;
        if above(texel + vec2f(step.x, 0.0)) != inside || above(texel - vec2f(step.x, 0.0)) != inside
            || above(texel + vec2f(0.0, step.y)) != inside || above(texel - vec2f(0.0, step.y)) != inside {
            colour = vec3f(1.0, 0.157, 0.157);
        }
    }
    return colour;
}

fn linear(colour: vec3f) -> vec3f {
    let curved = pow((colour + 0.055) / 1.055, vec3f(2.4));
    return select(curved, colour / 12.92, colour <= vec3f(0.04045));
}

@fragment
fn tile(@builtin(position) at: vec4f) -> @location(0) vec4f {
    let pixel = (at.xy - view.origin) / view.scale;
    if any(pixel < view.tile_min) || any(pixel >= view.tile_min + view.tile_size) {
        discard;
    }
    let texel = pixel - view.tile_min;
    var colour: vec3f;
    if view.mip_level < 0.0 {
        colour = textureLoad(picture, vec2i(floor(texel)), 0).rgb;
    } else {
        colour = textureSampleLevel(picture, smooth_sampler, texel / view.tile_size, view.mip_level).rgb;
    }
    if view.paint > -0.5 {
        colour = painted(colour, texel);
    }
    if view.linear_target > 0.5 {
        colour = linear(colour);
    }
    return vec4f(colour, 1.0);
}
