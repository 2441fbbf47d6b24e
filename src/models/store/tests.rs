//! The store against directories, hand-made wheels through the real `pip`, and a hub on this
//! machine: no test uses the network.

mod directory;
mod hub;
mod pip;
mod pull;
mod scene;
mod verify;
