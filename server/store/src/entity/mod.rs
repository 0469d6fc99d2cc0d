//! The tables as SeaORM sees them. One module a table, named alike.
//!
//! Conventions: ids are random UUIDs as text; times are milliseconds since 1970 (UTC); "sealed" is AES-256-GCM made by
//! `portal::keys`; a "blind index" is a keyed hash that finds a row without holding what it is about. States and codes
//! are text, so that an old binary survives a new word.

/// What every entity here needs beside its columns: no relations (a join is written where it is asked for) and a
/// `Debug` that shows no field, because rows hold people.
macro_rules! plain {
    ($table:literal) => {
        /// None: joins are written where they are asked for.
        #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
        pub enum Relation {}

        impl ActiveModelBehavior for ActiveModel {}

        impl std::fmt::Debug for Model {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!($table, "::Model(..)"))
            }
        }
    };
}
use plain;

pub mod absence;
pub mod absence_report;
pub mod account;
pub mod account_letter;
pub mod application;
pub mod aside;
pub mod audit;
pub mod audit_address;
pub mod bar;
pub mod call_home;
pub mod case_;
pub mod child_link;
pub mod contact_proof;
pub mod custody_check;
pub mod delivery;
pub mod enrolment;
pub mod evidence;
pub mod group_;
pub mod identification;
pub mod job;
pub mod limit_;
pub mod message;
pub mod notice;
pub mod notice_absence;
pub mod notice_choice;
pub mod proof;
pub mod pupil;
pub mod register_state;
pub mod responsible;
pub mod seal;
pub mod session;
pub mod unit;
