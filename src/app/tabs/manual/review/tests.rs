//! The review screen on a real engine, driven through the user interface.
