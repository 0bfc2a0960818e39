module example.cu/team/shop

go 1.24.5

toolchain go1.26.2
