module example.cu/team/shop

go 1.26

require github.com/bwmarrin/discordgo v0.29.0
