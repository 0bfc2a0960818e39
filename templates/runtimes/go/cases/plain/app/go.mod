module example.cu/team/shop

go 1.26
