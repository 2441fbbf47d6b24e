use fettle_domain::Language;

/// Options of a whole engine.
#[derive(Debug, Clone, Copy)]
pub struct EngineOptions {
    /// Use GPUs where there are any.
    pub allow_gpu: bool,
    /// Language of reports and of messages kept in results.
    pub language: Language,
}
