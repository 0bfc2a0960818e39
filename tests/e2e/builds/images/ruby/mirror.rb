# Makes gems of what Debian's packages have put on this machine, and the index that Bundler asks.
#   ruby mirror.rb FOLDER
require "fileutils"
require "rubygems/package"
require "tmpdir"
require "zlib"

folder = File.expand_path(ARGV.fetch(0))
FileUtils.mkdir_p(["#{folder}/gems", "#{folder}/quick/Marshal.4.8"])

# The files of a gem whose package has put its libraries among Ruby's own.
def gather(spec, to)
  package = `dpkg -S #{spec.loaded_from}`[/\A[^:,\s]+/] or return false
  `dpkg -L #{package}`.split("\n").each do |path|
    inner = path[%r{/ruby/vendor_ruby/(?:\d+\.\d+\.\d+/)?(.+)}, 1] or next
    next unless File.file?(path)
    FileUtils.mkdir_p(File.dirname("#{to}/lib/#{inner}"))
    FileUtils.cp(path, "#{to}/lib/#{inner}")
  end
  FileUtils.mkdir_p("#{to}/#{spec.bindir}")
  spec.executables.each { |name| FileUtils.cp("/usr/bin/#{name}", "#{to}/#{spec.bindir}/#{name}") if File.file?("/usr/bin/#{name}") }
  File.directory?("#{to}/lib")
end

specs = Gem::Specification.reject(&:default_gem?).select do |found|
  spec = found.dup
  Dir.mktmpdir do |work|
    if File.directory?(found.full_gem_path)
      FileUtils.cp_r("#{found.full_gem_path}/.", work)
    elsif !gather(found, work)
      next false
    end
    Dir.chdir(work) do
      # What was compiled lies in a folder of its own.
      FileUtils.cp_r("#{found.extension_dir}/.", "lib") if spec.extensions.any? && File.directory?(found.extension_dir)
      spec.extensions = []
      spec.files = Dir.glob("**/*", File::FNM_DOTMATCH).select { |path| File.file?(path) }
      spec.executables = spec.executables.select { |name| File.file?(File.join(spec.bindir, name)) }
      spec.test_files = spec.extra_rdoc_files = []
      Gem::Package.build(spec, true, false, "#{folder}/gems/#{spec.full_name}.gem")
    end
  end
  File.binwrite("#{folder}/quick/Marshal.4.8/#{spec.full_name}.gemspec.rz", Zlib::Deflate.deflate(Marshal.dump(spec)))
end
{"specs" => specs, "prerelease_specs" => []}.each do |name, all|
  tuples = all.map { |spec| [spec.name, spec.version, spec.platform.to_s] }
  Zlib::GzipWriter.open("#{folder}/#{name}.4.8.gz") { |out| out.write(Marshal.dump(tuples)) }
end
puts specs.map(&:full_name).sort
