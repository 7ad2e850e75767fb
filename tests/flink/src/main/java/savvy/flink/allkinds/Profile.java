package savvy.flink.allkinds;

import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInfo;

/** A POJO with a field of every common type; most that can be null are null for some numbers. */
public class Profile {
  public String name;
  public String nickname;
  public long visits;
  public int level;
  public double balance;
  public boolean active;
  public Integer age;
  public Tier tier;
  public Address address;
  public byte[] avatar;

  @TypeInfo(StringList.class)
  public List<String> tags;
}
