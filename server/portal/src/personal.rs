//! Personuppgifter: what the house holds of a guardian, each datum with its source and its day, and what the guardian
//! changes of it.

use anyhow::anyhow;
use model::{Datum, Language, Mobile, Personal, Refusal, Source};

use crate::{
    Error, Guardian, Result,
    audit::Deed,
    clock::{day_of, from_millis},
    custody,
    person::Name,
    pupils,
    trail::Line,
};

mod close;
mod contact;
mod counts;
mod devices;
mod language;
mod letters;
mod mobile;
mod proof;

pub use contact::UnderWay;
pub(crate) use counts::Goes;
pub use devices::SignedIn;
pub(crate) use letters::{SendAccountLetter, SendContactCode, notices_stay};

impl Guardian<'_> {
    /// What the house holds of the guardian, with sources. A population register that is down leaves out what only it
    /// knows.
    ///
    /// # Errors
    /// [`Error::SignIn`] where the account was closed meanwhile; [`Error::TurnToTheSchool`] where its holder may not go on.
    pub async fn personal(&self) -> Result<Personal> {
        let (portal, now) = (self.portal(), self.visit.0.now);
        let told = match custody::of(portal, self.session, &self.visit.actor(), now).await {
            // Mina barn stops whoever may not go on, and tells the schools.
            Ok(custody) if custody.is_no_identity() => {
                self.children().await?;
                return Err(Error::TurnToTheSchool);
            }
            Ok(custody) => custody.answer.person.map(|person| (person, day_of(custody.checked))),
            Err(Error::Unavailable(_)) => None,
            Err(error) => return Err(error),
        };
        let row = {
            let (visit, session, account) = (self.visit.clone(), self.session.clone(), self.account);
            portal
                .change(move |tx| async move {
                    let row = Guardian::of(&visit, &session, account).row(&tx).await?;
                    let line = Line::new(Deed::SawPersonal).of("account", account.uuid());
                    visit.0.portal.trail(&tx, &visit.actor(), line, now).await?;
                    Ok(row)
                })
                .await?
        };
        let opened = day_of(from_millis(row.opened_at));
        // Whom either register marks finds no address here.
        let marked = pupils::marks_adult(portal.store().reader(), &self.session.subject).await?;
        let told = told.filter(|_| !marked);
        let name: Name = portal.unseal_json("account", "name", &row.id, &row.name)?;
        let email = match (&row.email, row.email_verified_at) {
            (Some(sealed), Some(verified)) => Some(Datum {
                value: self.email(&row.id, sealed)?.reveal().to_owned(),
                source: Source::Guardian,
                as_of: day_of(from_millis(verified)),
            }),
            _ => None,
        };
        let mobile = match (&row.mobile, row.mobile_verified_at) {
            (Some(sealed), Some(verified)) => Some(Datum {
                value: self.mobile(&row.id, sealed)?.shown(),
                source: Source::Guardian,
                as_of: day_of(from_millis(verified)),
            }),
            _ => None,
        };
        let failing = |since: Option<i64>| since.map(|since| day_of(from_millis(since)));
        let language = Language::from_tag(&row.language).unwrap_or_default();
        Ok(Personal {
            name: match &told {
                Some((person, day)) => {
                    Datum { value: person.name.full(), source: Source::PopulationRegister, as_of: *day }
                }
                None => Datum { value: name.full(), source: Source::BankId, as_of: opened },
            },
            number: Datum { value: self.session.number.masked(), source: Source::BankId, as_of: opened },
            address: told.filter(|(person, _)| !person.address.is_empty()).map(|(person, day)| Datum {
                value: person.address.join("\n"),
                source: Source::PopulationRegister,
                as_of: day,
            }),
            email_failing: failing(row.email_failing_since),
            email,
            mobile_failing: failing(row.mobile_failing_since),
            mobile,
            language: Datum {
                value: language.own_name().to_owned(),
                source: Source::Guardian,
                as_of: day_of(from_millis(row.language_at)),
            },
            account_since: Datum { value: opened.to_string(), source: Source::Service, as_of: opened },
        })
    }

    pub(crate) fn mobile(&self, row: &str, sealed: &[u8]) -> Result<Mobile> {
        let text = self.portal().unseal("account", "mobile", row, sealed)?;
        Ok(Mobile::parse(&text).map_err(|_| anyhow!("a kept number cannot be read"))?)
    }

    /// What needs a recent identification is refused without one (security reference, section 5).
    fn must_be_fresh(&self) -> Result<(), Refusal> {
        if self.visit.is_fresh() { Ok(()) } else { Err(Refusal::NotFresh) }
    }
}
