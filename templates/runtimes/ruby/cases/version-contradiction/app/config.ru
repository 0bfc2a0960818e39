run Shop
