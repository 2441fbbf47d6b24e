//! Models: files, choice by role, models on servers.

mod choose_models;
mod model_files;
mod remote_model;

pub use choose_models::{ChooseModel, ChooseModels, GetChosenModels};
pub use model_files::{
    FindModel, ListModels, ListedModel, PullModels, VerifiedModel, VerifyModels,
};
pub use remote_model::{GetRemoteModels, RemoteModelTest, SetRemoteModel, TestRemoteModel};
