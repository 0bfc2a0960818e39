import node from "@astrojs/node"
