"""The rules of the product: pure functions and nouns, standard library only, `now` handed in."""
