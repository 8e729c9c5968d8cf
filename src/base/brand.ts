// Nominal types: a value that looks like T but can only be made by its own constructor.

declare const brand: unique symbol;

/** A `T` that is told apart from every other `T` by `Name`; exists for the compiler only. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
