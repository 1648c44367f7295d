//! What a merchant and her support ask of the program.
