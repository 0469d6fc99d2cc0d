//! Refused forms.
use model::Shown;
use serde::{Serialize, de::DeserializeOwned};
use crate::{Result, Visit};
impl Visit {
    /// Keeps a refused form for the page that shows it again.
    ///
    /// # Errors
    /// Only what is broken.
    pub async fn set_aside<F: Serialize + Sync>(&self, form: &'static str, shown: &Shown<F>) -> Result<()> { todo!() }
    /// The refused form of this name, if this visitor has one.
    ///
    /// # Errors
    /// Only what is broken.
    pub async fn aside<F: DeserializeOwned>(&self, form: &'static str) -> Result<Option<Shown<F>>> { todo!() }
    /// Keeps why something was refused, for the page that the visitor is sent back to.
    ///
    /// # Errors
    /// Only what is broken.
    pub async fn set_aside_refusal(&self, refusal: model::Refusal) -> Result<()> { todo!() }
    /// The refusal to show, once.
    ///
    /// # Errors
    /// Only what is broken.
    pub async fn take_refusal(&self) -> Result<Option<model::Refusal>> { todo!() }
}
