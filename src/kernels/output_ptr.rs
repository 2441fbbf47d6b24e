/// Pointer to an output buffer that several threads write to, each to elements of its own.
#[derive(Clone, Copy)]
pub(crate) struct OutputPtr(*mut f32);

// SAFETY: the pointer itself may move to another thread; every write through it states why no
// other thread touches the same elements.
unsafe impl Send for OutputPtr {}
// SAFETY: as above.
unsafe impl Sync for OutputPtr {}

impl OutputPtr {
    /// The start of `buffer`.
    pub(crate) fn new(buffer: *mut f32) -> Self {
        Self(buffer)
    }

    /// The address of element `index`.
    ///
    /// # Safety
    ///
    /// `index` is at most the length of the buffer.
    #[inline(always)]
    pub(crate) unsafe fn at(self, index: usize) -> *mut f32 {
        // SAFETY: the caller's promise.
        unsafe { self.0.add(index) }
    }
}
