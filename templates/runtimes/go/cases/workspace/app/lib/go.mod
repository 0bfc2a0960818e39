module example.cu/team/lib

go 1.26
