//! Reasons that programs tell by a code and people by a sentence: both stand in one list, so that no
//! reason is without either, and whoever words it in another language asks for the code.

/// Makes an enum of reasons: each with its code and its sentence in English.
macro_rules! coded {
    ($(#[$doc:meta])* $name:ident {
        $($(#[$each:meta])* $reason:ident = $code:literal, $words:literal;)+
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$each])* $reason),+ }

        impl $name {
            /// All of them.
            pub const ALL: &[$name] = &[$($name::$reason),+];

            /// The code by which programs tell it.
            pub const fn code(self) -> &'static str {
                match self { $($name::$reason => $code),+ }
            }

            /// The one of this code.
            pub fn of_code(code: &str) -> Option<$name> {
                $name::ALL.iter().copied().find(|reason| reason.code() == code)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str(match self { $($name::$reason => $words),+ })
            }
        }
    };
}

pub(crate) use coded;
