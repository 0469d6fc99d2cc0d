//! The words of the log: who acts, and what is done.

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$what:meta])* $variant:ident => $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$what])* $variant,)*
        }

        impl $name {
            /// Every word there is.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The code in the log; it never changes.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }
        }
    };
}

words! {
    /// Who acted.
    ActorKind {
        /// Nobody known yet.
        Stranger => "stranger",
        /// Identified with BankID, without an account.
        Applicant => "applicant",
        /// An account holder.
        Guardian => "guardian",
        /// An operator at the command line.
        Operator => "operator",
        /// The house itself, in the background.
        House => "house",
    }
}

words! {
    /// What was done.
    Deed {
        /// A BankID order was begun.
        BeganIdentification => "identification.begin",
        /// It did not become a session; the reason says why.
        FailedIdentification => "identification.fail",
        /// The visitor gave it up.
        CancelledIdentification => "identification.cancel",
        /// A risk, or another address than at the start, was noticed.
        NoticedRisk => "identification.risk",
        /// A session was made.
        SignedIn => "session.begin",
        /// A session was made by a step-up.
        SteppedUp => "session.step-up",
        /// The visitor signed out.
        SignedOut => "session.sign-out",
        /// The session was ended by the house; the reason says why.
        EndedSession => "session.end",
        /// The population register was asked about a person.
        AskedCustody => "custody.ask",
        /// A child's protection mark was raised to what a register says.
        RaisedMark => "protection.raise",
        /// A person's bars followed to a new number.
        MovedBars => "bar.move",
        /// A person's cases followed to a new number.
        MovedCases => "case.move",
        /// An application was begun or taken up again.
        BeganApplication => "application.begin",
        /// An applicant was told what the registers come to.
        AnsweredApplicant => "application.answer",
        /// The applicant said that a child is not theirs.
        DisownedChild => "application.disown-child",
        /// The applicant took that back.
        ReclaimedChild => "application.reclaim-child",
        /// The applicant accepted the list of children.
        ConfirmedChildren => "application.confirm-children",
        /// The applicant gave an address.
        GaveEmail => "application.give-email",
        /// A wrong, old or used code was tried.
        RefusedCode => "application.refuse-code",
        /// The address was proven.
        ProvedEmail => "application.prove-email",
        /// An account was opened.
        OpenedAccount => "account.open",
        /// An account followed its holder to a new number.
        MovedAccount => "account.move",
        /// An account was closed.
        ClosedAccount => "account.close",
        /// Its holder undid the closing.
        ReopenedAccount => "account.reopen",
        /// The holder gave an address or a number to be proven; the reason says which.
        GaveContact => "account.give-contact",
        /// It was proven, and is the account's from now on.
        ChangedContact => "account.change-contact",
        /// The mobile number was taken away.
        RemovedMobile => "account.remove-mobile",
        /// Another language of letters was chosen.
        ChoseLanguage => "account.choose-language",
        /// An operator looked at an account.
        ShowedAccount => "account.show",
        /// A link between guardian and child was made.
        LinkedChild => "child.link",
        /// Such a link ended.
        UnlinkedChild => "child.unlink",
        /// A child's card was shown.
        SawChild => "child.see",
        /// The account holder's own data was shown.
        SawPersonal => "personal.see",
        /// How a child's absence is told of was chosen.
        ChoseNotice => "notice.choose",
        /// Absence was reported.
        ReportedAbsence => "absence.report",
        /// A report of absence was taken back.
        WithdrewAbsence => "absence.withdraw",
        /// The register took a report of absence.
        HandedOverAbsence => "absence.hand-over",
        /// The register took a report back.
        RecalledAbsence => "absence.recall",
        /// What was to be written to the register was given up; the reason says why.
        FailedAbsence => "absence.fail",
        /// A child's absences were shown.
        SawAbsences => "absence.see",
        /// A case for a human was made.
        OpenedCase => "case.open",
        /// A letter was queued.
        QueuedLetter => "letter.queue",
        /// The relay took a letter.
        HandedOverLetter => "letter.hand-over",
        /// A letter was given up.
        FailedLetter => "letter.fail",
        /// A letter was no longer wanted.
        WithheldLetter => "letter.withhold",
        /// A message inside the service was put there, or its contents were replaced.
        PutMessage => "message.put",
        /// A message was opened.
        OpenedMessage => "message.open",
        /// The reader of a message said that it was received.
        AcknowledgedMessage => "message.acknowledge",
        /// An absence was taken in from the pupil register, or what it says changed.
        NotedAbsence => "absence.note",
        /// It was decided to tell a guardian of an absence, or to correct what was told.
        QueuedNotice => "notice.queue",
        /// A notice was handed over by one channel.
        HandedOverNotice => "notice.hand-over",
        /// A notice arrived, as far as the channel says.
        DeliveredNotice => "notice.deliver",
        /// A notice was given up on one channel; the reason says whether another stands in.
        FailedNotice => "notice.fail",
        /// A notice was no longer wanted, or no longer this person's, when it was to leave.
        WithheldNotice => "notice.withhold",
        /// A child was put on the list of homes to call, or taken off it.
        ListedCallHome => "notice.call-home",
        /// A guardian said that a notice was received; the reason says by what.
        ConfirmedNotice => "notice.confirm",
        /// Something was asked for that is not this person's.
        RefusedAccess => "access.refuse",
        /// A limit was hit.
        LimitedRate => "rate.limit",
        /// A register was read.
        ReadRegister => "register.read",
        /// A register's answer was held back because too much was gone from it.
        BrakedRegister => "register.brake",
        /// What was kept long enough was erased.
        ErasedOld => "retention.erase",
        /// The log was verified.
        VerifiedAudit => "audit.verify",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_deed_has_a_word_of_its_own() {
        let words: HashSet<_> = Deed::ALL.iter().map(|deed| deed.word()).collect();
        assert_eq!(words.len(), Deed::ALL.len());
        let kinds: HashSet<_> = ActorKind::ALL.iter().map(|kind| kind.word()).collect();
        assert_eq!(kinds.len(), ActorKind::ALL.len());
    }
}
