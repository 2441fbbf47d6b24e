use candle_core::Device;

/// Runs the forward pass of a network inside rayon's thread pool if `device` is the CPU.
///
/// Within the pool each layer's parallel loop starts on the threads that are awake already; from
/// outside, every layer would wake the pool again and wait for it.
pub fn in_thread_pool<T: Send>(device: &Device, forward: impl FnOnce() -> T + Send) -> T {
    if device.is_cpu() { rayon::scope(|_| forward()) } else { forward() }
}
